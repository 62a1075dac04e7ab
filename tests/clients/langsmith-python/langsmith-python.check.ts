import { afterAll, expect, test } from 'bun:test'
import { listEvals } from '../../../shared/contract/evals.ts'
import type { TestProject } from '../../../shared/testing/project.ts'
import { serveOtlp } from '../../otlp/serve-otlp.ts'
import { pythonOf } from '../../sdk/run-pytest.ts'
import { openSnippets } from '../../ui/open-snippets.ts'
import { VISITS, WAYS } from '../openinference/graph-app.mjs'

const hub = await serveOtlp()
afterAll(hub.stop)
const snippets = await openSnippets()
afterAll(snippets.stop)
const manifest = 'requirements.txt'
const python = await pythonOf({ folder: import.meta.dir, manifest, packages: ['--requirement', manifest] })

async function play(project: TestProject, script: string) {
  hub.seen.length = 0
  const env = {
    ...(await snippets.variablesOf('langsmith', 'langsmith', { url: hub.url, key: project.key })),
    ...{ LANGSMITH_PROJECT: 'shop', PYTHONDONTWRITEBYTECODE: '1' },
  }
  await hub.run(import.meta.dir, script, env, python)
  // It compresses with zstd once it knows that it may.
  const sent = hub.seen.filter(({ path }) => path !== '/info').map(({ path, status }) => `${path} ${status}`)
  expect(new Set(sent)).toEqual(new Set(['/runs/multipart 202']))
  return hub.told(project)
}

test('LangGraph in Python by environment variables: runs, nodes, tokens, failures and the question', async () => {
  const project = await hub.mint()
  const { visits, ways, traces } = await play(project, 'graph_app.py')
  const [asked, answered] = traces
  expect(traces).toHaveLength(2)
  expect(visits).toEqual(VISITS)
  expect(ways).toEqual(WAYS)
  expect(await hub.resumed(project, asked?.trace.id)).toEqual([`approve ${answered?.trace.id}`])
  expect(asked?.trace).toMatchObject({
    ...{ name: 'shop', status: 'success', input_tokens: 240, output_tokens: 68, session_id: 'thread-1' },
  })
  expect(answered?.trace).toMatchObject({ status: 'success', input_tokens: 0, session_id: 'thread-1' })
  expect(asked?.spanOf('broken')).toMatchObject({ span_type: 'tool', status: 'error' })
  expect(asked?.spanOf('broken')?.error).toStartWith("TypeError('bad tool')")
  expect(asked?.spanOf('act')).toMatchObject({ status: 'success' })
  expect(asked?.spanOf('approve')).toMatchObject({ status: 'interrupted' })
  expect(asked?.spanOf('approve')?.error).toContain('may I?')
  expect(asked?.spanOf('Model')).toMatchObject({
    ...{ span_type: 'llm', model: 'gpt-4.1-mini', cache_read_tokens: 40 },
    input: [{ role: 'user', content: 'what is it?' }],
    output: [{ role: 'assistant', content: 'forty-two' }],
  })
})

test('traceable in Python: usage counts once, feedback beside runs, and a file byte for byte', async () => {
  const project = await hub.mint()
  const { traces } = await play(project, 'functions.py')
  const [trace] = traces
  expect(traces).toHaveLength(1)
  expect(trace?.trace).toMatchObject({
    ...{ name: 'pipeline', status: 'success', input_tokens: 120, output_tokens: 34, total_spans: 4 },
    ...{ session_id: 's-1', user_id: 'u-1', tags: ['beta'], output_text: 'Four.' },
  })
  expect(trace?.spanOf('broken')).toMatchObject({ span_type: 'tool', status: 'error' })
  const [file] = trace?.spanOf('look')?.attachments ?? []
  expect(file).toMatchObject({ name: 'point', content_type: 'image/png' })
  const bytes = await hub.api.request('GET', file?.url ?? '', { key: project.key })
  expect(Buffer.from(await bytes.arrayBuffer()).toString('hex')).toBe('89504e470d0a1a0a0d0a2d2d00ff')
  const { items } = await hub.ask(project, listEvals, { query: {} })
  expect(items).toMatchObject([
    { eval_name: 'helpful', score: 0.75, explanation: 'It was.', span_id: trace?.trace.id },
  ])
})
