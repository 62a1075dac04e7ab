import { afterAll, beforeEach, expect, test } from 'bun:test'
import { listEvals } from '../../../shared/contract/evals.ts'
import type { TestProject } from '../../../shared/testing/project.ts'
import { serveOtlp } from '../../otlp/serve-otlp.ts'
import { openSnippets } from '../../ui/open-snippets.ts'
import { VISITS, WAYS } from '../openinference/graph-app.mjs'
import { PICTURE } from './picture.mjs'

/** What answers in the hub's place, by path: other servers of LangSmith advertise other things. */
let meddle = new Map<string, () => Response | undefined>()
const hub = await serveOtlp((request) => meddle.get(new URL(request.url).pathname)?.())
afterAll(hub.stop)
const snippets = await openSnippets()
afterAll(snippets.stop)
beforeEach(() => {
  meddle = new Map()
  hub.seen.length = 0
})

const advertise = (flags: object, config: object) =>
  meddle.set('/info', () =>
    Response.json({ version: '0.12.0', instance_flags: flags, batch_ingest_config: config }),
  )

const environment = async (project: TestProject, more: Record<string, string> = {}) => ({
  ...(await snippets.variablesOf('langsmith', 'langsmith', { url: hub.url, key: project.key })),
  ...{ LANGSMITH_PROJECT: 'shop', LANGSMITH_REVISION_ID: 'r-7', ...more },
})

type Told = Awaited<ReturnType<typeof hub.told>>

/** What must be the same however a client sends it: the runs as a tree of names, and what each was. */
function shapeOf({ visits, ways, traces }: Told) {
  const runs = traces.map(({ spans }) => {
    const names = new Map(spans.map(({ id, name }) => [id, name]))
    return spans
      .map(({ parent_span_id, error, ...span }) => ({
        ...{ under: names.get(parent_span_id ?? '') ?? null, name: span.name, type: span.span_type },
        ...{ status: span.status, model: span.model, input: span.input, output: span.output },
        ...{ tokens: [span.input_tokens, span.output_tokens, span.cache_read_tokens], node: span.node_id },
        error: error?.split('\n')[0]?.slice(0, 20) ?? null,
      }))
      .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  })
  const ends = traces.map(({ trace }) => [trace.name, trace.status, trace.session_id, trace.input_tokens])
  return { visits, ways, runs, ends, releases: traces.map(({ trace }) => trace.release) }
}

async function play(more: Record<string, string> = {}, runtime = 'node') {
  const project = await hub.mint()
  await hub.run(import.meta.dir, 'graph.mjs', await environment(project, more), runtime)
  const told = await hub.told(project)
  const sent = new Set(
    hub.seen
      .filter(({ path }) => !path.endsWith('/info'))
      .map(
        ({ path, encoding, status }) =>
          `${path.replace(/runs\/[\da-f-]{36}$/, 'runs/:id')} ${encoding} ${status}`,
      ),
  )
  return { project, told, sent: [...sent].toSorted() }
}

/** The first way that was tried; the others must come to the same. */
const first = await play()

test('LangGraph by environment variables: runs, nodes, tokens, failures and the question are the truth', async () => {
  const { project, told, sent } = first
  const [asked, answered] = told.traces
  expect(sent).toEqual(['/runs/multipart gzip 202'])
  expect(told.visits).toEqual(VISITS)
  expect(asked?.trace).toMatchObject({
    ...{ name: 'shop', status: 'success', input_tokens: 240, output_tokens: 68, session_id: 'thread-1' },
    release: 'r-7',
  })
  expect(answered?.trace).toMatchObject({ status: 'success', input_tokens: 0, session_id: 'thread-1' })
  expect(asked?.spanOf('broken')).toMatchObject({ span_type: 'tool', status: 'error' })
  expect(asked?.spanOf('broken')?.error).toStartWith('TypeError: bad tool\n    at ')
  expect(asked?.spanOf('act')).toMatchObject({ status: 'success' })
  expect(asked?.spanOf('approve')).toMatchObject({ status: 'interrupted' })
  expect(asked?.spanOf('approve')?.error).toContain('may I?')
  const model = asked?.spans.find(({ span_type }) => span_type === 'llm')
  expect(model).toMatchObject({ cache_read_tokens: 40, input: [{ role: 'user', content: 'what is it?' }] })
  expect(model?.output).toEqual([{ role: 'assistant', content: 'forty-two' }])
  expect(model?.attributes).toMatchObject({ project_alias: 'shop' })
  expect(
    Object.keys(Object(model?.attributes['metadata'])).filter((name) => name.startsWith('LANG')),
  ).toEqual([])
  expect(told.ways).toEqual(WAYS)
  expect(await hub.resumed(project, asked?.trace.id)).toEqual([`approve ${answered?.trace.id}`])
})

test.each([
  ['plain', '/runs/multipart identity 202'],
  ['in batches', '/runs/batch identity 202'],
])('%s, the client comes to the same trace', async (way, expected) => {
  advertise({}, { use_multipart_endpoint: way === 'plain', size_limit_bytes: 10_000_000 })
  const { told, sent } = await play()
  expect(sent).toEqual([expected])
  expect(shapeOf(told)).toEqual(shapeOf(first.told))
})

test('Bun compresses with zstd and comes to the same trace', async () => {
  const { told, sent } = await play({}, process.execPath)
  expect(sent).toEqual(['/runs/multipart zstd 202'])
  expect(shapeOf(told)).toEqual(shapeOf(first.told))
})

test('one request for each run and each end comes to the same trace', async () => {
  const { told, sent } = await play({ UNBATCHED: 'true' })
  expect(sent).toEqual(['/runs identity 202', '/runs/:id identity 202'])
  expect(shapeOf(told)).toEqual(shapeOf(first.told))
})

test.each(['/langsmith', '/api/v1'])('the endpoint may end with %s', async (prefix) => {
  const { told, sent } = await play({ LANGSMITH_ENDPOINT: `${hub.url}${prefix}` })
  expect(sent).toEqual([`${prefix}/runs/multipart gzip 202`])
  expect(shapeOf(told)).toEqual(shapeOf(first.told))
})

test.each([
  [503, {}],
  [429, { 'retry-after': '1' }],
])('nothing is lost when the hub answers %d for a while', async (status, headers) => {
  let left = 2
  meddle.set('/runs/multipart', () => (left-- > 0 ? new Response('{}', { status, headers }) : undefined))
  const { told } = await play()
  expect(left).toBeLessThan(0)
  expect(shapeOf(told)).toEqual(shapeOf(first.told))
})

test('traceable: usage counts once, the first token, feedback, and a file byte for byte', async () => {
  const project = await hub.mint()
  await hub.run(import.meta.dir, 'functions.mjs', await environment(project))
  const { traces } = await hub.told(project)
  const [trace] = traces
  expect(traces).toHaveLength(1)
  expect(trace?.trace).toMatchObject({
    ...{ name: 'pipeline', status: 'success', input_tokens: 120, output_tokens: 34 },
    ...{
      session_id: 't-1',
      user_id: 'u-1',
      tags: ['beta'],
      input_text: 'What is 2+2?',
      output_text: 'Four.',
    },
  })
  expect(trace?.spanOf('call')).toMatchObject({
    model: 'gpt-4.1-mini',
    provider: 'openai',
    input_tokens: 120,
  })
  expect(trace?.spanOf('broken')).toMatchObject({
    status: 'error',
    error: expect.stringContaining('RangeError: bad tool'),
  })
  const first_token = Number(trace?.spanOf('words')?.attributes['time_to_first_token_ms'])
  expect(first_token).toBeGreaterThan(0)
  const [file] = trace?.spanOf('look')?.attachments ?? []
  expect(file).toMatchObject({ name: 'point', content_type: 'image/png', bytes: PICTURE.length })
  const bytes = await hub.api.request('GET', file?.url ?? '', { key: project.key })
  expect(Buffer.from(await bytes.arrayBuffer()).equals(PICTURE)).toBe(true)
  const { items } = await hub.ask(project, listEvals, { query: {} })
  const scores = items.map(({ eval_name, score, explanation }) => [eval_name, score, explanation])
  expect(scores).toContainEqual(['helpful', 1, 'It was.'])
  expect(scores).toContainEqual(['polite', 0.1235, null])
})

test('a run whose parent never comes stands in the trace that its order names', async () => {
  const project = await hub.mint()
  await hub.run(import.meta.dir, 'orphan.mjs', await environment(project))
  const { traces } = await hub.told(project)
  expect(traces).toHaveLength(1)
  expect(traces[0]?.spans).toHaveLength(1)
  expect(traces[0]?.spans[0]).toMatchObject({
    ...{ name: 'child', status: 'success', input: { q: 1 }, output: { a: 2 } },
    parent_span_id: traces[0]?.trace.id,
  })
})
