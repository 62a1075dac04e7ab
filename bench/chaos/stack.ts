import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jsonLog } from '#shared/log.ts'
import { openDatabase } from '#shared/store/connect.ts'
import { startPostgres } from '#shared/store/embedded/start-postgres.ts'
import { readPostmaster } from '#shared/store/embedded/postmaster-file.ts'
import { openGateway } from '#shared/testing/open-gateway.ts'
import { cleanUpAfterwards, makeDataDir } from '#shared/testing/postgres.ts'
import { freePort, testNats, testRedis } from '#shared/testing/server.ts'
import { spawnService, type SpawnedService } from '#shared/testing/spawn-service.ts'
import { openProxy } from './proxy.ts'

const NAMES = ['ingest_a', 'ingest_b', 'query', 'ui'] as const
export type Name = (typeof NAMES)[number]

const quiet = jsonLog(() => {})

/** Resident memory of a process in MB; 0 when it is gone. */
export function residentOf(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Math.round(Number(kilobytes ?? 0) / 1024)
  } catch {
    return 0
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => {
      try {
        return Number(readFileSync(`/proc/${child}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]) === pid
      } catch {
        return false
      }
    })
}

/** Postgres of the run's own, which starts again by itself; its processes can be signalled. */
async function openPostgres() {
  const data_dir = makeDataDir()
  cleanUpAfterwards(data_dir)
  const server = await startPostgres({ data_dir, log: quiet, say: () => {} })
  const postmaster = () => readPostmaster(join(data_dir, 'postgres'))?.pid ?? 0
  const database = openDatabase(server.url, quiet)
  return {
    url: server.url,
    sql: database.sql,
    postmaster,
    family: () => [postmaster(), ...childrenOf(postmaster())],
    async stop() {
      await database.stop()
      await server.stop()
      rmSync(data_dir, { recursive: true, force: true })
    },
  }
}

type Environments = Record<Name, Record<string, string>>

/** The processes of the services, each on a port that stays its own; `wrong` hears of an end that we did not cause. */
function openProcesses(environments: Environments, wrong: (what: string) => void) {
  const running = new Map<Name, SpawnedService>()
  const expected = new Set<SpawnedService>()

  async function lookAfter(name: Name, process: SpawnedService) {
    const code = await process.exited
    if (!expected.has(process)) wrong(`${name} ended by itself (${code}): ${process.output.err.slice(-300)}`)
  }

  async function start(name: Name) {
    const service = name === 'query' || name === 'ui' ? name : 'ingest'
    const process = await spawnService(service, environments[name])
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

  return {
    start,
    kill: async (name: Name) => end(name, 'SIGKILL'),
    pids: () => NAMES.map((name) => ({ name, pid: running.get(name)?.pid ?? 0 })),
    async stop() {
      for (const name of NAMES) {
        const code = await end(name, 'SIGTERM')
        if (code !== 0) wrong(`${name} ended with ${code} on SIGTERM`)
      }
    },
  }
}

/** The services over what they share; `wrong` collects what no process may do. */
export async function openStack(wrong: (what: string) => void) {
  const postgres = await openPostgres()
  const [nats, redis] = [testNats(), testRedis()]
  await Promise.all([nats.start(), redis.start()])
  const data_dir = mkdtempSync(join(tmpdir(), 'hub-chaos-'))
  const gateway = openGateway()
  const ports = { ingest_a: freePort(), ingest_b: freePort(), query: freePort(), ui: freePort() }
  const at = (name: Name) => `http://127.0.0.1:${ports[name]}`
  const env = {
    HUB_DATA_DIR: data_dir,
    DATABASE_URL: postgres.url,
    NATS_URL: nats.url,
    REDIS_URL: redis.url,
  }
  const behind = (name: Name) => ({ ...env, HUB_API_PORT: String(ports[name]) })
  const processes = openProcesses(
    {
      ingest_a: behind('ingest_a'),
      ingest_b: behind('ingest_b'),
      query: behind('query'),
      ui: { HUB_DATA_DIR: data_dir, BACKEND_URL: gateway.url, HUB_UI_PORT: String(ports.ui) },
    },
    wrong,
  )
  gateway.leadTo({ ingest: at('ingest_a'), query: at('query') })
  // One after the other: the secret and the schema are made once.
  for (const name of NAMES) await processes.start(name)
  const proxies = await Promise.all([openProxy(ports.ingest_a), openProxy(ports.ingest_b)])
  return {
    ...{ postgres, nats, redis, proxies, at, env },
    ...{ start: processes.start, kill: processes.kill, pids: processes.pids },
    async stop() {
      await processes.stop()
      for (const proxy of proxies) proxy.stop()
      await Promise.all([gateway.stop(), nats.stop(), redis.stop()])
      await postgres.stop()
      rmSync(data_dir, { recursive: true, force: true })
    },
  }
}

export type Stack = Awaited<ReturnType<typeof openStack>>
