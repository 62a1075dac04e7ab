import { join } from 'node:path'
import { afterAll, expect, test } from 'bun:test'
import { openApp, readBlocks } from '../../sdk/run-readme.ts'
import { serveHub } from '../../sdk/serve-hub.ts'

const hub = await serveHub()
const run = openApp({ openai: join(import.meta.dir, 'node_modules/openai') })
const blocks = await readBlocks('openai')

const model = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: () =>
    Response.json({
      ...{ id: 'c1', object: 'chat.completion', created: 1, model: 'gpt-4.1-mini' },
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'On its way.' } }],
      usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
    }),
})
afterAll(() => model.stop(true))

test('the README of the SDK has a program with OpenAI', () => expect(blocks.length).toBeGreaterThan(0))

for (const [n, block] of blocks.entries()) {
  test(`the README's program ${n + 1} with OpenAI runs, and its tokens are counted`, async () => {
    const openai = { OPENAI_BASE_URL: `http://127.0.0.1:${model.port}/v1`, OPENAI_API_KEY: 'none' }
    const { items } = await hub.use((env) => run(block, { ...env, ...openai }))
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ status: 'success', has_open_spans: false, input_tokens: 12 })
  })
}
