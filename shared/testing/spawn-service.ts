import { join } from 'node:path'
import { leash } from './leash.ts'

const HOUSE = join(import.meta.dir, '../..')
const READY_MS = 30_000

/** A service in a process of its own; `url` is empty when it has ended instead. */
export type SpawnedService = Awaited<ReturnType<typeof spawnService>>

/** Starts `<service>/main.ts` on a free port, with nothing of this process's environment but PATH and HOME. */
export async function spawnService(
  service: 'ingest' | 'decide' | 'query' | 'notify' | 'ui',
  env: Record<string, string>,
) {
  const { PATH = '', HOME = '/tmp' } = process.env
  const child = Bun.spawn([process.execPath, join(HOUSE, service, 'main.ts')], {
    env: { PATH, HOME, HUB_API_PORT: '0', HUB_UI_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  leash(child.pid)
  const output = { out: '', err: '' }
  const keep = async (stream: ReadableStream<Uint8Array>, name: keyof typeof output) => {
    const decoder = new TextDecoder()
    for await (const part of stream) output[name] += decoder.decode(part, { stream: true })
  }
  const read = Promise.all([keep(child.stdout, 'out'), keep(child.stderr, 'err')])
  const exited = child.exited.then(async (code) => {
    await read
    return code
  })
  const url = () => new RegExp(`^${service} +(http://\\S+)$`, 'm').exec(output.out)?.[1]
  const until = Date.now() + READY_MS
  while (!url() && child.exitCode === null && Date.now() < until) await Bun.sleep(10)
  return {
    url: (url() ?? '').replace('localhost', '127.0.0.1'),
    pid: child.pid,
    output,
    exited,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    /** How often its log has told something. */
    told: (message: string) =>
      output.err.split('\n').filter((line) => line.includes(`"message":"${message}`)).length,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
  }
}
