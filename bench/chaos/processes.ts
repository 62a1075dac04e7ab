import { join } from 'node:path'
import { leash } from '#shared/testing/leash.ts'
import { spawnService, type SpawnedService } from '#shared/testing/spawn-service.ts'

/** Every process of the services, in the order in which they are started. */
export const NAMES = [
  ...(['ingest_a', 'ingest_b', 'decide_a', 'decide_b', 'notify_a', 'notify_b'] as const),
  ...(['query', 'gateway', 'ui'] as const),
]
export type Name = (typeof NAMES)[number]

type Spawned = Pick<SpawnedService, 'exited' | 'output' | 'kill' | 'pid'>
/** The environment of each service, and what the gateway is given instead. */
export type Settings = Record<Exclude<Name, 'gateway'>, Record<string, string>> & { gateway: string[] }

async function spawnGateway(args: string[]): Promise<Spawned> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '../chaos-gateway.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  leash(child.pid)
  const output = { out: '', err: '' }
  void new Response(child.stderr).text().then((text) => (output.err = text))
  // It says so in one line once it listens; where it ends instead, whoever looks after it is told.
  const { value } = await child.stdout.getReader().read()
  output.out = new TextDecoder().decode(value)
  return { exited: child.exited, output, pid: child.pid, kill: (signal) => child.kill(signal) }
}

/** The processes of the services, each on a port that stays its own; `wrong` hears of an end that we did not cause. */
export function openProcesses(settings: Settings, wrong: (what: string) => void) {
  const running = new Map<Name, Spawned>()
  const expected = new Set<Spawned>()

  async function lookAfter(name: Name, process: Spawned) {
    const code = await process.exited
    if (!expected.has(process)) wrong(`${name} ended by itself (${code}): ${process.output.err.slice(-300)}`)
  }

  async function spawn(name: Name): Promise<Spawned> {
    if (name === 'gateway') return spawnGateway(settings.gateway)
    const service = name.replace(/_[ab]$/, '')
    // Each name but the gateway's is that of a service, with a letter where there are two.
    return spawnService(service as Parameters<typeof spawnService>[0], settings[name])
  }

  async function start(name: Name) {
    const process = await spawn(name)
    running.set(name, process)
    void lookAfter(name, process)
  }

  async function end(name: Name, signal: NodeJS.Signals): Promise<number | null> {
    const process = running.get(name)
    if (!process) return null
    expected.add(process)
    process.kill(signal)
    return process.exited
  }

  async function endWell(name: Name) {
    const code = await end(name, 'SIGTERM')
    if (code !== 0) wrong(`${name} ended with ${code} on SIGTERM`)
  }

  return {
    start,
    kill: async (name: Name) => end(name, 'SIGKILL'),
    /** As an upgrade does it: asked to end, and started again once it has. */
    async restart(name: Name) {
      await endWell(name)
      await start(name)
    },
    pids: () => NAMES.map((name) => ({ name, pid: running.get(name)?.pid ?? 0 })),
    async stop() {
      for (const name of NAMES.toReversed()) await endWell(name)
    },
  }
}
