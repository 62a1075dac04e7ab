import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSdk } from '../../sdk/typescript/build.ts'
import { VERSION } from '../../sdk/typescript/src/index.ts'

const SDK = join(import.meta.dir, '../../sdk/typescript')
const folder = mkdtempSync(join(tmpdir(), 'hub-sdk-package-'))
const dist = join(folder, 'dist')
beforeAll(() => buildSdk(dist), 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Manifest = Record<string, unknown> & {
  exports: Record<string, { types: string; default: string } | string>
}
const manifest = (await Bun.file(join(SDK, 'package.json')).json()) as Manifest

test('the package depends on nothing', () => {
  for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies'])
    expect(manifest).not.toHaveProperty(kind)
})

test('the version is said once', () => {
  expect(manifest['version']).toBe(VERSION)
})

test('every entry of the manifest is built, with its types', () => {
  const entries = Object.values(manifest.exports).filter((entry) => typeof entry !== 'string')
  expect(entries).toHaveLength(3)
  const built = new Set(
    readdirSync(dist, { recursive: true, encoding: 'utf8' }).map((path) => `./dist/${path}`),
  )
  expect(entries.flatMap((entry) => [entry.types, entry.default]).filter((path) => !built.has(path))).toEqual(
    [],
  )
})

test('the built package reaches for nothing but what every runtime has', async () => {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.js'),
  )
  const texts = await Promise.all(files.map((path) => Bun.file(join(dist, path)).text()))
  const imported = texts.flatMap((text) =>
    [...text.matchAll(/(?:from|import\()\s*['"]([^'"]+)['"]/g)].map((match) => match[1] ?? ''),
  )
  const outside = new Set(imported.filter((name) => !name.startsWith('.')))
  expect([...outside].toSorted()).toEqual(['node:async_hooks', 'node:util', 'node:zlib'])
  expect(imported.filter((name) => name.startsWith('.') && !name.endsWith('.js'))).toEqual([])
})

const SIZES: [string, number][] = [
  ['index.js', 15],
  ['langgraph/index.js', 7],
  ['openai/index.js', 3],
]

for (const [entry, most] of SIZES) {
  test(`${entry} with all that it needs is at most ${most} KB compressed`, async () => {
    const { outputs } = await Bun.build({ entrypoints: [join(dist, entry)], minify: true, target: 'node' })
    const bytes = await outputs[0]?.arrayBuffer()
    expect(Bun.gzipSync(bytes ?? '').length).toBeLessThanOrEqual(most * 1024)
  })
}

test('W-63: a strict TypeScript program on Node compiles against the types', async () => {
  const program = `
    import { LLMTraceClient, verifyWebhook, type Decided } from 'llm-trace-hub'
    import { TraceHubCallbackHandler } from 'llm-trace-hub/langgraph'
    import { wrapOpenAI } from 'llm-trace-hub/openai'
    const hub = new LLMTraceClient()
    const text: Promise<string> = hub.trace('t', async (t) => t.span('s', { type: 'tool' }, async () => 'x'))
    const add: (a: number, b: number) => number = hub.observe((a: number, b: number) => a + b)
    const guarded: Promise<Decided & { answer: string | null }> = hub.guard('x', { onUnavailable: 'allow' })
    const client = wrapOpenAI(hub, { chat: { completions: { create: async () => 1 } } })
    const one: Promise<number> = client.chat.completions.create()
    export const all = [text, add, guarded, one, verifyWebhook, new TraceHubCallbackHandler(hub)]
  `
  await Bun.write(join(folder, 'node_modules/llm-trace-hub/package.json'), JSON.stringify(manifest))
  await Bun.$`cp -r ${dist} ${join(folder, 'node_modules/llm-trace-hub/dist')}`.quiet()
  await Bun.write(join(folder, 'package.json'), '{"type":"module"}')
  await Bun.write(join(folder, 'main.ts'), program)
  const compiler = Bun.resolveSync('typescript/package.json', import.meta.dir).replace(
    'package.json',
    'bin/tsc',
  )
  const options = [
    '--strict',
    '--noEmit',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--lib',
    'es2023,dom',
    '--types',
    '',
  ]
  const { exitCode, stdout } = Bun.spawnSync(
    [process.execPath, compiler, ...options, join(folder, 'main.ts')],
    { cwd: folder },
  )
  expect(stdout.toString()).toBe('')
  expect(exitCode).toBe(0)
}, 60_000)
