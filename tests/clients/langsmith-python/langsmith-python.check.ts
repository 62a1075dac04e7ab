import { afterAll, expect, test } from 'bun:test'
import { listEvals } from '../../../shared/contract/evals.ts'
import type { TestProject } from '../../../shared/testing/project.ts'
import { openPython } from '../open-python.ts'
import { VISITS, WAYS } from '../openinference/graph-app.mjs'

const { hub, play, stop } = await openPython(import.meta.dir)
afterAll(stop)

async function trace(project: TestProject, script: string) {
  hub.seen.length = 0
  const told = await play(project, script, ['langsmith', 'langsmith'], { LANGSMITH_PROJECT: 'shop' })
  // It compresses with zstd once it knows that it may.
  const sent = hub.seen.filter(({ path }) => path !== '/info').map(({ path, status }) => `${path} ${status}`)
  expect(new Set(sent)).toEqual(new Set(['/runs/multipart 202']))
  return told
}

test('LangGraph in Python by environment variables: runs, nodes, tokens, failures and the question', async () => {
  const project = await hub.mint()
  const { visits, ways, traces } = await trace(project, 'graph_app.py')
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
  const { traces } = await trace(project, 'functions.py')
  const [pipeline] = traces
  expect(traces).toHaveLength(1)
  expect(pipeline?.trace).toMatchObject({
    ...{ name: 'pipeline', status: 'success', input_tokens: 120, output_tokens: 34, total_spans: 4 },
    ...{ session_id: 's-1', user_id: 'u-1', tags: ['beta'], output_text: 'Four.' },
  })
  expect(pipeline?.spanOf('broken')).toMatchObject({ span_type: 'tool', status: 'error' })
  const [file] = pipeline?.spanOf('look')?.attachments ?? []
  expect(file).toMatchObject({ name: 'point', content_type: 'image/png' })
  const bytes = await hub.api.request('GET', file?.url ?? '', { key: project.key })
  expect(Buffer.from(await bytes.arrayBuffer()).toString('hex')).toBe('89504e470d0a1a0a0d0a2d2d00ff')
  const { items } = await hub.ask(project, listEvals, { query: {} })
  expect(items).toMatchObject([
    { eval_name: 'helpful', score: 0.75, explanation: 'It was.', span_id: pipeline?.trace.id },
  ])
})
