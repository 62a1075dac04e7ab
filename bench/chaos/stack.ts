import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, testNats, testRedis } from '#shared/testing/server.ts'
import { openPostgres } from './postgres.ts'
import { NAMES, openProcesses, type Name } from './processes.ts'
import { openProxy } from './proxy.ts'
import { openReplica } from './replica.ts'
import { openReceiver } from './receiver.ts'

const PROXIED = ['ingest_a', 'ingest_b', 'decide_a', 'decide_b'] as const

/** Where each process listens, and what it is started with. */
function plan(env: Record<string, string>, replica_url: string) {
  const ports = new Map<Name, number>(NAMES.map((name) => [name, freePort()]))
  const portOf = (name: Name): number => ports.get(name) ?? 0
  const at = (name: Name) => `http://127.0.0.1:${portOf(name)}`
  const internal = freePort()
  const behind = (name: Name, more: Record<string, string> = {}) => ({
    ...{ ...env, ...more, HUB_API_PORT: String(portOf(name)) },
  })
  const replicas = {
    ingest: [at('ingest_a'), at('ingest_b')],
    decide: [at('decide_a'), at('decide_b')],
    notify: [at('notify_a'), at('notify_b')],
    query: [at('query')],
  }
  const { HUB_DATA_DIR = '' } = env
  const settings = {
    ingest_a: behind('ingest_a'),
    ingest_b: behind('ingest_b'),
    decide_a: behind('decide_a'),
    decide_b: behind('decide_b'),
    notify_a: behind('notify_a'),
    notify_b: behind('notify_b'),
    query: behind('query', { DATABASE_READ_URL: replica_url }),
    gateway: [String(portOf('gateway')), String(internal), JSON.stringify(replicas)],
    ui: { HUB_DATA_DIR, BACKEND_URL: `http://127.0.0.1:${internal}`, HUB_UI_PORT: String(portOf('ui')) },
  }
  return { at, portOf, settings }
}

/** The services over what they share; `wrong` collects what no process may do. */
export async function openStack(wrong: (what: string) => void) {
  const postgres = await openPostgres()
  const replica = await openReplica(postgres)
  const [nats, redis] = [testNats(), testRedis()]
  await Promise.all([nats.start(), redis.start()])
  const data_dir = mkdtempSync(join(tmpdir(), 'hub-chaos-'))
  const env = {
    HUB_DATA_DIR: data_dir,
    DATABASE_URL: postgres.url,
    NATS_URL: nats.url,
    REDIS_URL: redis.url,
    // Clients hear that a process ends before it stops listening.
    HUB_DRAIN_SECONDS: '1',
  }
  const { at, portOf, settings } = plan(env, replica.url)
  const processes = openProcesses(settings, wrong)
  // One after the other: the secret and the schema are made once.
  for (const name of NAMES) await processes.start(name)
  const proxies = await Promise.all(
    PROXIED.map(async (name) => ({ ...(await openProxy(portOf(name))), name })),
  )
  const receiver = openReceiver()
  return {
    ...{ postgres, replica, nats, redis, proxies, receiver, at, env },
    ...{ start: processes.start, kill: processes.kill, restart: processes.restart, pids: processes.pids },
    async stop() {
      await processes.stop()
      for (const proxy of proxies) proxy.stop()
      await Promise.all([receiver.stop(), nats.stop(), redis.stop(), replica.stop()])
      await postgres.stop()
      rmSync(data_dir, { recursive: true, force: true })
    },
  }
}

export type Stack = Awaited<ReturnType<typeof openStack>>
