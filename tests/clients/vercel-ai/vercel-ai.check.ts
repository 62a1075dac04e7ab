import { afterAll, expect, test } from 'bun:test'
import { serveOtlp } from '../../otlp/serve-otlp.ts'
import { openSnippets } from '../../ui/open-snippets.ts'

const hub = await serveOtlp()
afterAll(hub.stop)
const snippets = await openSnippets()
afterAll(snippets.stop)

test('Vercel’s AI SDK 6 over OTLP JSON: calls, tool, tokens counted once, user and session', async () => {
  const project = await hub.mint()
  const place = { url: hub.url, key: project.key }
  await hub.run(import.meta.dir, 'app.mjs', {
    ...(await snippets.variablesOf('vercel_ai', 'vercel-ai', place)),
    ...(await snippets.setUp('vercel_ai', 'vercel-ai-6', place, import.meta.dir)),
  })
  const { traces } = await hub.told(project)
  const [trace] = traces
  expect(traces).toHaveLength(1)
  expect(trace?.trace).toMatchObject({
    name: 'sums',
    status: 'success',
    input_tokens: 240,
    output_tokens: 68,
    user_id: 'u-1',
    session_id: 's-1',
  })
  const calls = trace?.spans.filter(({ span_type }) => span_type === 'llm') ?? []
  expect(calls.map(({ input_tokens, cache_read_tokens }) => [input_tokens, cache_read_tokens])).toEqual([
    [120, 40],
    [120, 40],
  ])
  expect(calls[0]).toMatchObject({
    ...{ model: 'gpt-4.1-mini', provider: 'openai', input: [{ role: 'user', content: 'What is 2+2?' }] },
    output: [
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', name: 'add', arguments: { a: 2, b: 2 } }],
      },
    ],
  })
  expect(trace?.spanOf('add')).toMatchObject({ span_type: 'tool', input: { a: 2, b: 2 }, output: '4' })
  expect(trace?.spanOf('sums')).toMatchObject({ input: [{ role: 'user', content: 'What is 2+2?' }] })
})
