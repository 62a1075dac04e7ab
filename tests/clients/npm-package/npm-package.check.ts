import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

const SDK = join(import.meta.dir, '../../../sdk/typescript')
const folder = mkdtempSync(join(tmpdir(), 'hub-pack-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const NODE = { PATH: process.env['PATH'] ?? '', HOME: folder }
let packed = new Uint8Array()

/** Runs a command that must succeed, and gives what it printed. */
async function run(command: string[], cwd: string): Promise<string> {
  const child = Bun.spawn(command, { cwd, env: NODE, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`${command.join(' ')} failed:\n${out}${err}`)
  return out
}

beforeAll(async () => {
  await run(['npm', 'pack', '--pack-destination', folder], SDK)
  const file = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
  packed = await Bun.file(join(folder, file)).bytes()
  await run(['tar', '-xzf', file], folder)
}, 120_000)

test('npm pack puts the built code, its types, the README and the licence in, and nothing else', async () => {
  const files = (await run(['find', 'package', '-type', 'f'], folder)).trim().split('\n')
  const others = files.filter((file) => !/^package\/dist\/.*\.(js|d\.ts)$/.test(file))
  expect(others.toSorted()).toEqual(['package/LICENSE', 'package/README.md', 'package/package.json'])
  expect(files).toContain('package/dist/langgraph/index.d.ts')
})

test('publint finds nothing', async () => {
  const { messages, pkg } = await publint({ pkgDir: join(folder, 'package'), strict: true, pack: false })
  expect(messages.map((message) => formatMessage(message, pkg ?? {}))).toEqual([])
})

test('the types are right for who imports: Node and bundlers', async () => {
  const result = await checkPackage(createPackageFromTarballData(packed))
  expect(result.types).toMatchObject({ kind: 'included' })
  const problems = 'problems' in result ? result.problems : []
  // The package is ESM only, for Node 20 and newer: the resolution of Node 10, and `require`, are not for it.
  const counted = problems.filter(
    (problem) => !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)),
  )
  expect(counted).toEqual([])
})

test('what was packed, installed into an app, runs in plain Node', async () => {
  const app = join(folder, 'app')
  await Bun.write(join(app, 'package.json'), '{"type":"module"}')
  const code = `import { LLMTraceClient } from 'llm-trace-hub'
    import { TraceHubCallbackHandler } from 'llm-trace-hub/langgraph'
    import { wrapOpenAI } from 'llm-trace-hub/openai'
    const hub = new LLMTraceClient({ enabled: false })
    console.log(await hub.trace('t', async () => [typeof TraceHubCallbackHandler, typeof wrapOpenAI].join()))`
  await Bun.write(join(app, 'main.js'), code)
  const file = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
  await run(['npm', 'install', '--offline', '--no-audit', '--no-fund', '--silent', join(folder, file)], app)
  expect(await run(['node', 'main.js'], app)).toBe('function,function\n')
}, 60_000)
