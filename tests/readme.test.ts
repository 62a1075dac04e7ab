import { afterAll, beforeAll, expect, test } from 'bun:test'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { until } from '#shared/testing/until.ts'
import { SENDERS, variablesIn } from './ui/send-as.ts'

const HOUSE = join(import.meta.dir, '..')
const README = await Bun.file(join(HOUSE, 'README.md')).text()
const START_MS = 120_000
const STOP_MS = 10_000
const DEMO = 'npm run demo'
const DEMO_MS = 60_000
const INSTALL_MS = 180_000

type Block = { language: string; text: string }
type Json = Record<string, unknown>

const blocks: Block[] = [...README.matchAll(/^```([\w ]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
  language: match[1] ?? '',
  text: match[2] ?? '',
}))
const commands = blocks.filter(({ language }) => language === 'sh')
const steps = blocks.flatMap((block, index) => {
  const next = blocks[index + 1]
  if (block.language !== 'sh' || !block.text.startsWith('curl ')) return []
  return [{ command: block.text, answer: next?.language === 'json' ? next.text : null }]
})

const data_dir = mkdtempSync(join(tmpdir(), 'hub-readme-'))
// Under root PostgreSQL is another user, who must get through; else the cluster would be put elsewhere.
chmodSync(data_dir, 0o711)
/** Where the reader's own app is. */
const app = mkdtempSync(join(tmpdir(), 'hub-readme-app-'))
const api_port = freePort()
const ui_port = freePort()
/** What the reader puts into the environment between two steps. */
const variables: Record<string, string> = {}
let hub: ChildProcess
let printed = ''

function freePort(): number {
  const server = Bun.serve({ port: 0, fetch: () => new Response() })
  const { port } = server
  void server.stop(true)
  return port ?? 0
}

/** Text of the README with the ports that this hub really has. */
const here = (text: string) =>
  text
    .replaceAll('localhost:8000', `localhost:${api_port}`)
    .replaceAll('localhost:3000', `localhost:${ui_port}`)
    .replaceAll('../my-app', app)

beforeAll(async () => {
  const {
    DATABASE_URL: _ours,
    DATABASE_READ_URL: _replica,
    HUB_ENV: _mode,
    ADMIN_KEY: _key,
    ...env
  } = process.env
  hub = spawn('npm', ['start'], {
    cwd: HOUSE,
    env: { ...env, HUB_DATA_DIR: data_dir, HUB_API_PORT: String(api_port), HUB_UI_PORT: String(ui_port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  hub.stdout?.on('data', (part: Buffer) => void (printed += part.toString()))
  hub.stderr?.on('data', (part: Buffer) => void (printed += part.toString()))
  const deadline = Date.now() + START_MS
  while (!(await isReady())) {
    if (hub.exitCode !== null || Date.now() > deadline) throw new Error(`the hub did not start:\n${printed}`)
    await Bun.sleep(100)
  }
}, START_MS + 5000)

afterAll(async () => {
  if (hub.exitCode === null && hub.pid) process.kill(-hub.pid, 'SIGTERM')
  const deadline = Date.now() + STOP_MS
  while (existsSync(join(data_dir, 'postgres/postmaster.pid')) && Date.now() < deadline) await Bun.sleep(50)
  rmSync(data_dir, { recursive: true, force: true })
  rmSync(app, { recursive: true, force: true })
}, STOP_MS + 5000)

const isReady = () =>
  fetch(`http://localhost:${api_port}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  )

/** Runs a command of the README as it stands, and gives the status and the JSON that curl got. */
function run(command: string): { status: number; json: Json } {
  const script = `curl() { command curl -sS -w '\\n%{http_code}' "$@"; }\n${here(command)}`
  const { stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
    encoding: 'utf8',
    env: { ...process.env, ...variables },
  })
  const cut = stdout.lastIndexOf('\n')
  if (cut < 0) throw new Error(stderr)
  // Every operation that the README calls answers with an object; the test compares it.
  return { status: Number(stdout.slice(cut)), json: JSON.parse(stdout.slice(0, cut)) as Json }
}

/** What the README shows, where a text that ends in an ellipsis stands for any that begins so. */
function shown(value: unknown): unknown {
  if (typeof value === 'string' && value.endsWith('…')) {
    return expect.stringMatching(new RegExp(`^${value.slice(0, -1)}.+`))
  }
  if (Array.isArray(value)) return value.map(shown)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shown(member)]))
}

test('the hub says where it is once it is ready', async () => {
  // It greets when both ports are open, which is a moment after the first of them answers.
  await until('the greeting is printed', () => printed.includes(`:${ui_port}`))
  expect(printed).toContain(`:${api_port}`)
})

/** Runs a command of the README that is no curl, as it stands. */
function runShell(command: string): { status: number | null; stdout: string } {
  const env = { ...process.env, TRACEHUB_BASE_URL: `http://localhost:${api_port}` }
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', here(command)], {
    cwd: HOUSE,
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${command}\n${stdout}${stderr}`)
  return { status, stdout }
}

/** Runs a program of the README in the reader's app: what it printed. */
function runProgram(file: string, text: string, command: string[]): string {
  writeFileSync(join(app, file), text)
  const env = { PATH: process.env['PATH'] ?? '', TRACEHUB_BASE_URL: `http://localhost:${api_port}` }
  const [runtime = '', ...args] = command
  const { status, stdout, stderr } = spawnSync(runtime, args, { cwd: app, env, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout
}

/** The newest trace that the hub lists. */
async function newestTrace(): Promise<Json | undefined> {
  const response = await fetch(`http://localhost:${api_port}/api/v1/traces?page_size=1`, {
    headers: { 'x-api-key': 'dev-key' },
  })
  // The contract of the list.
  return ((await response.json()) as { items: Json[] }).items[0]
}

const only = (language: string, says: string) => {
  const found = blocks.filter((block) => block.language === language && block.text.includes(says))
  if (found.length !== 1) throw new Error(`the README has ${found.length} blocks of ${language} with ${says}`)
  return found[0]?.text ?? ''
}

test(
  "the README's package is made and installed, and its JavaScript is on the screen",
  async () => {
    runShell(only('sh', 'npm pack'))
    runProgram('chat.mjs', only('js', "hub.trace('chat'"), ['node', 'chat.mjs'])
    expect(await newestTrace()).toMatchObject({
      ...{ name: 'chat', status: 'success', user_id: 'u-1', total_spans: 3, ended_spans: 3 },
      ...{ input_tokens: 120, output_tokens: 24 },
    })
  },
  INSTALL_MS,
)

suiteThatNeeds('python', "the README's Python", () => {
  test(
    "the README's Python is installed, and its trace is on the screen",
    async () => {
      runShell(only('sh', 'pip install'))
      runProgram('chat.py', only('python', 'hub.trace("chat"'), ['.venv/bin/python', 'chat.py'])
      expect(await newestTrace()).toMatchObject({
        ...{ name: 'chat', status: 'success', user_id: 'u-1', total_spans: 2, ended_spans: 2 },
        ...{ input_tokens: 120, output_tokens: 24 },
      })
    },
    INSTALL_MS,
  )
})

for (const { step, send, statuses } of SENDERS) {
  test(`with the README's variables, what the client of ${step} sends is on the screen`, async () => {
    const variables_of_all = variablesIn(here(only('sh env', 'LANGSMITH_TRACING')))
    const before = await newestTrace()
    expect((await send(variables_of_all)).map(({ status }) => status)).toEqual(statuses)
    const after = await newestTrace()
    expect(after).toMatchObject({ name: 'hello' })
    expect(after?.['id']).not.toBe(before?.['id'])
  })
}

for (const { command, answer } of steps) {
  const title = command.split(/[\n\\]/)[0]?.trim()
  test(`the README's ${title} answers what it shows`, () => {
    // The case is opened by the answer that is guarded before it.
    if (command.includes('/api/v1/cases')) {
      const printed_by = runProgram('guard.mjs', only('js', 'hub.guard'), ['node', 'guard.mjs'])
      expect(printed_by).toBe(only('text', 'ALLOW_ANSWER'))
    }
    const { status, json } = run(command)
    // Before the comparison: toMatchObject puts its matchers into the object that it compares.
    if (typeof json['id'] === 'string') variables['PROJECT_ID'] = json['id']
    if (typeof json['api_key'] === 'string') variables['API_KEY'] = json['api_key']
    expect(status).toBe(200)
    expect(answer).not.toBeNull()
    // shown() gives an object for an object, which every answer in the README is.
    expect(json).toMatchObject(shown(JSON.parse(answer ?? 'null')) as Json)
  })
}

test('the README is in the order in which its steps are taken', () => {
  const at = (text: string) => README.indexOf(text)
  expect(at('/api/v1/policies')).toBeLessThan(at('hub.guard('))
  expect(at('hub.guard(')).toBeLessThan(at('/api/v1/cases'))
})

test('what the README sends is a duplicate the second time', () => {
  const sent = steps.filter(({ command }) => command.includes('/ingest/'))
  expect(sent).toHaveLength(3)
  for (const { command, answer } of sent) {
    const { status, json } = run(command)
    const first = JSON.parse(answer ?? '{}') as Json
    expect(status).toBe(200)
    expect(json).toMatchObject({ accepted: 0, duplicates: first['accepted'], rejected: [] })
  }
})

test('every page that the README links to is there', async () => {
  const pages = [...README.matchAll(/<(http:\/\/localhost:\d+[^>]*)>: /g)].map((match) =>
    here(match[1] ?? ''),
  )
  expect(pages).toHaveLength(5)
  const statuses = await Promise.all(pages.map(async (page) => (await fetch(page)).status))
  expect(statuses).toEqual(pages.map(() => 200))
})

test(
  'the demo fills the hub, and nothing of it is rejected',
  () => {
    const env = { ...process.env, TRACEHUB_BASE_URL: `http://localhost:${api_port}` }
    const { status, stdout } = spawnSync('bash', ['-c', DEMO], { cwd: HOUSE, env, encoding: 'utf8' })
    expect(stdout).toContain(' 0 rejected')
    expect(status).toBe(0)
  },
  DEMO_MS,
)

test('every other command of the README is a script of package.json', async () => {
  const { scripts } = (await Bun.file(join(HOUSE, 'package.json')).json()) as { scripts: Json }
  const others = commands.filter(({ text }) => !text.startsWith('curl ')).map(({ text }) => text.trim())
  const run_above = [only('sh', 'npm pack').trim(), only('sh', 'pip install').trim()]
  // With LangGraph: tests/clients/langgraph/examples.check.ts. With Docker: tests/compose.
  const run_elsewhere = others.filter((text) => /@langchain|^docker compose/.test(text))
  expect(run_elsewhere).toHaveLength(3)
  expect(others.filter((text) => !run_elsewhere.includes(text))).toEqual([
    'npm install && npm start',
    DEMO,
    ...run_above,
    'npm install && npm test',
  ])
  const named = [...README.matchAll(/npm (?:run )?(start|test|check|demo)/g)].map((match) => match[1] ?? '')
  expect(named.filter((name) => !(name in scripts))).toEqual([])
})

test(
  'SIGTERM to npm stops the hub and its PostgreSQL',
  async () => {
    const ended = new Promise<void>((resolve) => hub.once('exit', () => resolve()))
    hub.kill('SIGTERM')
    await Promise.race([ended, Bun.sleep(STOP_MS)])
    expect(await isReady()).toBe(false)
    expect(existsSync(join(data_dir, 'postgres/postmaster.pid'))).toBe(false)
  },
  STOP_MS + 5000,
)
