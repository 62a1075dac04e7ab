import { afterAll, expect, test } from 'bun:test'
import { serveOtlp } from '../../otlp/serve-otlp.ts'
import { openSnippets } from '../../ui/open-snippets.ts'
import { VISITS, WAYS } from '../openinference/graph-app.mjs'

const hub = await serveOtlp()
afterAll(hub.stop)
const snippets = await openSnippets()
afterAll(snippets.stop)

test('the SDK of Langfuse by environment variables: LangGraph runs, and observations of its own', async () => {
  const project = await hub.mint()
  await hub.run(import.meta.dir, 'app.mjs', {
    ...(await snippets.variablesOf('langfuse', 'langfuse', { url: hub.url, key: project.key })),
  })
  const { visits, ways, traces } = await hub.told(project)
  const [first, second, plain] = traces
  expect(visits).toEqual(VISITS)
  expect(ways).toEqual(WAYS)
  expect(await hub.resumed(project, first?.trace.id)).toEqual([`approve ${second?.trace.id}`])
  expect(first?.trace).toMatchObject({
    ...{ status: 'success', input_tokens: 240, output_tokens: 68 },
    ...{ user_id: 'u-1', session_id: 's-1', tags: ['beta'] },
  })
  expect(second?.trace).toMatchObject({ status: 'success', session_id: 's-1' })
  expect(first?.spanOf('broken')).toMatchObject({ span_type: 'tool', status: 'error' })
  expect(first?.spanOf('approve')).toMatchObject({ status: 'interrupted' })
  const model = first?.spans.find(({ span_type }) => span_type === 'llm')
  expect(model).toMatchObject({
    input_tokens: 120,
    cache_read_tokens: 40,
    input: [{ role: 'user', content: 'what is it?' }],
  })
  expect(plain?.trace).toMatchObject({
    name: 'plain',
    user_id: 'u-2',
    session_id: 's-2',
    input_tokens: 120,
    output_tokens: 24,
  })
  expect(plain?.spanOf('work')).toMatchObject({ input: { q: 'why?' }, output: 'because' })
  expect(plain?.spanOf('call')).toMatchObject({
    span_type: 'llm',
    status: 'error',
    error: 'cut off',
    model: 'gpt-4.1',
  })
  expect(hub.seen.every(({ path, status }) => path === '/api/public/otel/v1/traces' && status === 200)).toBe(
    true,
  )
})
