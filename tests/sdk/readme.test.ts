import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'bun:test'
import { ENDPOINTS } from '#shared/contract/index.ts'
import { openApp, readBlocks } from './run-readme.ts'
import { runCommand, serveHub } from './serve-hub.ts'

const { use } = await serveHub()
const run = openApp()
const blocks = await readBlocks('')

test('the README has code to run', () => expect(blocks.length).toBeGreaterThanOrEqual(6))

for (const [n, block] of blocks.entries()) {
  test(`the README's program ${n + 1} runs, and what it records is whole`, async () => {
    const { items } = await use((env) => run(block, env))
    if (!block.includes('LLMTraceClient')) return
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ status: 'success', has_open_spans: false })
  })
}

const EXAMPLES = join(import.meta.dir, '../../examples')
const examples = readdirSync(EXAMPLES).filter((file) => /^(send|guard)-.*\.ts$/.test(file))

test('there are examples', () => expect(examples.length).toBeGreaterThanOrEqual(5))

for (const file of examples) {
  test(`examples/${file} runs, and what it records is whole`, async () => {
    const { items, out } = await use((env) =>
      runCommand([process.execPath, join(EXAMPLES, file)], { ...env, EXAMPLE_PAUSE_MS: '1' }),
    )
    expect(items.length).toBeGreaterThan(0)
    expect(items.filter(({ status, has_open_spans }) => status !== 'success' || has_open_spans)).toEqual([])
    expect(out).toContain('/traces/')
  })
}

test('the examples take what .env says, the environment before it, and TRACE_ENV is that of the trace', async () => {
  const house = mkdtempSync(join(tmpdir(), 'hub-env-'))
  afterAll(() => rmSync(house, { recursive: true, force: true }))
  mkdirSync(join(house, 'examples'))
  for (const file of ['env.ts', 'send-trace-by-api.ts'])
    copyFileSync(join(EXAMPLES, file), join(house, 'examples', file))
  const { items } = await use((env) => {
    const { TRACEHUB_API_KEY = '', ...rest } = env
    const said = [
      `TRACEHUB_API_KEY=${TRACEHUB_API_KEY}`,
      'TRACE_ENV=from-the-file',
      'TRACEHUB_BASE_URL=http://127.0.0.1:9',
    ]
    writeFileSync(join(house, '.env'), said.join('\n'))
    return runCommand([process.execPath, join(house, 'examples/send-trace-by-api.ts')], rest)
  })
  expect(items).toMatchObject([{ environment: 'from-the-file', status: 'success' }])
})

test('every door of the contract that the SDK calls is one', () => {
  const paths = ENDPOINTS.filter(({ method }) => method === 'POST').map(({ path }) => path)
  for (const path of [
    '/api/v1/ingest/traces',
    '/api/v1/ingest/spans',
    '/api/v1/ingest/langgraph-runs',
    '/api/v1/evals',
    '/api/v1/decide',
  ]) {
    expect(paths).toContain(path)
  }
})
