import { afterAll, expect, test } from 'bun:test'
import { serveOtlp } from '../../otlp/serve-otlp.ts'
import { openSnippets } from '../../ui/open-snippets.ts'

const hub = await serveOtlp()
afterAll(hub.stop)
const snippets = await openSnippets()
afterAll(snippets.stop)

test('Vercel’s AI SDK 7: agent, steps, calls and tool, tokens counted once', async () => {
  const project = await hub.mint()
  const place = { url: hub.url, key: project.key }
  await hub.run(import.meta.dir, 'app.mjs', {
    ...(await snippets.variablesOf('vercel_ai', 'vercel-ai', place)),
    ...(await snippets.setUp('vercel_ai', 'vercel-ai-7', place, import.meta.dir)),
  })
  const { traces } = await hub.told(project)
  const [trace] = traces
  expect(traces).toHaveLength(1)
  expect(trace?.trace).toMatchObject({ status: 'success', input_tokens: 240, output_tokens: 68 })
  const of = (type: string) => trace?.spans.filter(({ span_type }) => span_type === type) ?? []
  expect(of('agent')[0]).toMatchObject({
    provider: 'openai',
    input: [{ role: 'user', content: 'What is 2+2?' }],
  })
  expect(of('llm').map(({ input_tokens, cache_read_tokens }) => [input_tokens, cache_read_tokens])).toEqual([
    [120, 40],
    [120, 40],
  ])
  expect(of('llm')[1]?.output).toEqual([{ role: 'assistant', content: 'Four.', finish_reason: 'stop' }])
  expect(of('chain').map(({ name }) => name)).toEqual(['step 1', 'step 2'])
  expect(trace?.spanOf('add')).toMatchObject({ span_type: 'tool', input: { a: 2, b: 2 }, output: '4' })
})
