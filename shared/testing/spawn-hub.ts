import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'bun:test'
import { readPostmaster } from '../store/embedded/postmaster-file.ts'
import { cleanUpAfterwards, makeDataDir } from './postgres.ts'

const HOUSE = join(import.meta.dir, '../..')
const READY_MS = 30_000

type Options = {
  data_dir?: string
  env?: Record<string, string>
  /** The checkout to run, when it is not this one. */
  house?: string
  /** Put before the command, to run it as another user. */
  before?: string[]
}

/** A hub in a process of its own. */
export type SpawnedHub = Awaited<ReturnType<typeof spawnHub>>

/**
 * A data directory for the hubs of one test, or of a file when called at its top; removed afterwards, and when this
 * process dies before, its database is stopped all the same.
 */
export function hubDataDir(): string {
  const data_dir = makeDataDir()
  cleanUpAfterwards(data_dir)
  afterAll(() => rmSync(data_dir, { recursive: true, force: true }))
  return data_dir
}

/** The environment of this process without what would steer a hub. */
function cleanEnv(): Record<string, string | undefined> {
  const steers = /^(HUB_|DATABASE_|JUDGE_|OTEL_|(BACKEND|REDIS|NATS|WEBHOOK)_URL$|ADMIN_KEY$)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !steers.test(name)))
}

/**
 * Starts `hub.ts` on free ports, in a process group of its own, until the end of the test or file it is called in. It
 * may have ended already when this returns: see `exited`.
 */
export async function spawnHub({
  data_dir = hubDataDir(),
  env = {},
  house = HOUSE,
  before = [],
}: Options = {}) {
  const started = performance.now()
  const child = Bun.spawn([...before, process.execPath, join(house, 'hub.ts')], {
    cwd: house,
    env: { ...cleanEnv(), HUB_DATA_DIR: data_dir, HUB_API_PORT: '0', HUB_UI_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  afterAll(() => child.kill('SIGKILL'))
  const output = { out: '', err: '' }
  const keep = async (stream: ReadableStream<Uint8Array>, name: keyof typeof output) => {
    const decoder = new TextDecoder()
    for await (const part of stream) output[name] += decoder.decode(part, { stream: true })
  }
  const read = Promise.all([keep(child.stdout, 'out'), keep(child.stderr, 'err')])
  const ended = child.exited.then(async (code) => {
    await read
    return code
  })
  let running = true
  void child.exited.then(() => (running = false))
  while (running && !output.out.includes('curl') && performance.now() - started < READY_MS)
    await Bun.sleep(10)
  const url = (name: string) => new RegExp(`${name} +(http://\\S+)`).exec(output.out)?.[1] ?? ''
  return {
    pid: child.pid,
    data_dir,
    output,
    api: url('API'),
    ui: url('UI'),
    ready_ms: Math.round(performance.now() - started),
    exited: ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    postgresPid: () => readPostmaster(join(data_dir, 'postgres'))?.pid,
  }
}
