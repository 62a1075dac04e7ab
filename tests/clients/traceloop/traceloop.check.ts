import { afterAll, expect, test } from 'bun:test'
import { serveOtlp } from '../../otlp/serve-otlp.ts'
import { openSnippets } from '../../ui/open-snippets.ts'

const hub = await serveOtlp()
afterAll(hub.stop)
const snippets = await openSnippets()
afterAll(snippets.stop)

test('Traceloop by environment variables: the workflow, its model calls and its tool; its wire has no nodes', async () => {
  const project = await hub.mint()
  await hub.run(import.meta.dir, 'app.mjs', {
    ...(await snippets.variablesOf('traceloop', 'traceloop', { url: hub.url, key: project.key })),
    TRACELOOP_TELEMETRY: 'false',
  })
  const { visits, traces } = await hub.told(project)
  const [first] = traces
  expect(visits).toEqual({})
  expect(first?.trace).toMatchObject({
    ...{ name: 'shop', status: 'success', user_id: 'u-1', session_id: 's-1' },
    ...{ input_tokens: 240, output_tokens: 68, error_count: 1 },
  })
  const kinds = (type: string) => first?.spans.filter(({ span_type }) => span_type === type) ?? []
  expect(kinds('llm').map(({ input_tokens }) => input_tokens)).toEqual([120, 120])
  expect(kinds('llm')[0]?.output).toMatchObject([{ role: 'assistant', content: 'forty-two' }])
  expect(kinds('tool')[0]?.error).toContain('TypeError: bad tool')
  expect(first?.spans.filter(({ status }) => status === 'interrupted')).toHaveLength(1)
})
