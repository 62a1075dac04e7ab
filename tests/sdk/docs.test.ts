import { join } from 'node:path'
import { expect, test } from 'bun:test'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { LLMTraceClient } from '../../sdk/typescript/src/index.ts'
import { pythonOf } from './run-pytest.ts'
import { openApp } from './run-readme.ts'
import { runCommand, serveHub } from './serve-hub.ts'

const PAGE = await Bun.file(join(import.meta.dir, '../../docs/sdk.md')).text()
const blocksOf = (language: string) =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text]) => text ?? '',
  )

const hub = await serveHub()
const run = openApp()
const programs = blocksOf('ts')

test('the page has the same programs in both languages', () => {
  expect(programs.length).toBeGreaterThanOrEqual(3)
  expect(blocksOf('python')).toHaveLength(programs.length)
})

for (const [n, program] of programs.entries()) {
  test(`the TypeScript program ${n + 1} of docs/sdk.md runs, and what it records is whole`, async () => {
    const { items } = await hub.use((env) => run(program, env))
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ status: 'success', has_open_spans: false })
  })
}

suiteThatNeeds('python', 'the Python programs of docs/sdk.md', () => {
  for (const [n, program] of blocksOf('python').entries()) {
    test(`the Python program ${n + 1} of docs/sdk.md runs, and what it records is whole`, async () => {
      const python = await pythonOf()
      const { items } = await hub.use((env) => runCommand([python, '-c', program], env))
      expect(items).toHaveLength(1)
      expect(items[0]).toMatchObject({ status: 'success', has_open_spans: false })
    }, 300_000)
  }

  test('docs/sdk.md names every call of the Python client', async () => {
    const python = await pythonOf()
    const code = "from llm_trace_hub import LLMTraceClient as C; print(*[n for n in dir(C) if n[0] != '_'])"
    const { out } = await runCommand([python, '-c', code], {})
    const missing = out
      .trim()
      .split(' ')
      .filter((name) => !new RegExp(`\\b${name}\\b`).test(PAGE))
    expect(missing).toEqual([])
  }, 300_000)
})

test('docs/sdk.md names every call of the TypeScript client', () => {
  const { prototype } = LLMTraceClient
  const above: unknown = Object.getPrototypeOf(prototype)
  const names = [prototype, above].flatMap((each) => Object.getOwnPropertyNames(each))
  // `safely` and `traceOf` are for the class itself.
  const calls = names.filter((name) => !['constructor', 'safely', 'traceOf'].includes(name))
  expect(calls.length).toBeGreaterThan(20)
  expect(calls.filter((name) => !new RegExp(`\\b${name}\\b`).test(PAGE))).toEqual([])
})

test('docs/sdk.md names every option and every counter of the TypeScript client', async () => {
  const options = await Bun.file(join(import.meta.dir, '../../sdk/typescript/src/options.ts')).text()
  const [, members = ''] = /export type ClientOptions = \{\n([\s\S]*?)\n\}/.exec(options) ?? []
  const names = [...members.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name ?? '')
  const counters = Object.keys(new LLMTraceClient({ enabled: false }).stats())
  expect(names).toContain('maxQueueBytes')
  // A fetch of one's own is for tests.
  const wanted = [...names.filter((name) => name !== 'fetch'), ...counters]
  expect(wanted.filter((name) => !PAGE.includes(`\`${name}`))).toEqual([])
})
