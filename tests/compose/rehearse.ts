import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openClient } from '#shared/store/connect.ts'
import { leash } from '#shared/testing/leash.ts'
import { testPostgres } from '#shared/testing/postgres.ts'
import { freePort } from '#shared/testing/server.ts'
import { until } from '#shared/testing/until.ts'
import { readTable } from './caddyfile.ts'
import type { Compose } from './compose-file.ts'
import { openTestGateway } from './test-gateway.ts'

const HOUSE = join(import.meta.dir, '../..')
const READY_MS = 30_000

type Env = Record<string, string>

/** A container's command under its environment, as a process of this machine. */
function run(argv: string[], env: Env) {
  const { PATH = '', HOME = '/tmp' } = process.env
  const child = Bun.spawn(argv, {
    cwd: HOUSE,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  leash(child.pid)
  const output = { out: '', err: '' }
  const keep = async (stream: ReadableStream<Uint8Array>, name: keyof typeof output) => {
    const decoder = new TextDecoder()
    for await (const part of stream) output[name] += decoder.decode(part, { stream: true })
  }
  void keep(child.stdout, 'out')
  void keep(child.stderr, 'err')
  return { child, output, exited: child.exited }
}

type Running = ReturnType<typeof run>

export type Replica = Running & { service: string; url: string }

const listens = (port: number) =>
  new Promise<boolean>((done) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })

/** Programs of images under their names on this machine, and bun as the one that runs this test. */
const PROGRAMS: Record<string, string> = { 'valkey-server': 'redis-server', bun: process.execPath }

function commandOf(compose: Compose, service: string): string[] {
  const { command = [], image = '' } = compose.services[service] ?? {}
  // The image of NATS takes the command as what its server is given.
  const [program = '', ...args] = image.startsWith('nats:') ? ['nats-server', ...command] : command
  return [PROGRAMS[program] ?? program, ...args]
}

/** Starts a server of an image on a free port, which its own arguments are told last. */
async function startServer(compose: Compose, service: string, inside: number) {
  const port = freePort()
  const local = [
    '--port',
    String(port),
    ...(service === 'nats' ? ['--addr', '127.0.0.1'] : ['--bind', '127.0.0.1']),
  ]
  const running = run([...commandOf(compose, service), ...local], {})
  await until(`${service} listens`, () => listens(port))
  return { running, from: `${service}:${inside}`, to: `127.0.0.1:${port}` }
}

/** The database as its image makes it from the environment: a superuser and a database. */
async function startPostgres(compose: Compose) {
  const server = await testPostgres()
  const { environment = {} } = compose.services['postgres'] ?? {}
  const { POSTGRES_USER: user, POSTGRES_PASSWORD: password, POSTGRES_DB: name } = environment
  const admin = openClient(server.url, 'admin', { max: 1 })
  // oxlint-disable-next-line no-restricted-properties -- a password is no parameter, and the file's own
  await admin.unsafe(`create role ${user} superuser login password '${password}'`)
  await admin`
    create database ${admin(name ?? '')} owner ${admin(user ?? '')} template template0 encoding 'UTF8'`
  await admin.end({ timeout: 1 })
  return { server, from: 'postgres:5432', to: new URL(server.url).host }
}

/**
 * Runs what a compose file says without Docker: its commands under their environment, in the order of `depends_on`.
 * Only addresses are others: names of containers and ports in them become those of this machine, and so does HUB_HOST.
 */
export async function rehearse(compose: Compose, caddyfile: string, replicas: Record<string, number>) {
  const postgres = await startPostgres(compose)
  const servers = [await startServer(compose, 'nats', 4222), await startServer(compose, 'valkey', 6379)]
  const gateway = openTestGateway(readTable(caddyfile))
  const places = [postgres, ...servers, { from: 'gateway:8001', to: gateway.internal }]
  const data_dir = mkdtempSync(join(tmpdir(), 'hub-test-compose-'))
  const running: Running[] = servers.map((server) => server.running)
  const started: Replica[] = []

  const environmentOf = (service: string): Env => {
    const said = compose.services[service]?.environment ?? {}
    const moved = Object.entries(said).map(([name, value]): [string, string] => [
      name,
      places.reduce((text, { from, to }) => text.replace(from, to), value),
    ])
    return { ...Object.fromEntries(moved), HUB_HOST: '127.0.0.1', HUB_DATA_DIR: data_dir }
  }

  async function start(service: string): Promise<Replica> {
    const port = freePort()
    const ports = { [service === 'ui' ? 'HUB_UI_PORT' : 'HUB_API_PORT']: String(port) }
    const one = run(commandOf(compose, service), { ...environmentOf(service), ...ports })
    running.push(one)
    const replica = { ...one, service, url: `http://127.0.0.1:${port}` }
    for (const late = Date.now() + READY_MS; ; await Bun.sleep(50)) {
      const ready = await fetch(`${replica.url}/readyz`).catch(() => null)
      if (ready?.ok) break
      if (one.child.exitCode !== null || Date.now() > late) {
        throw new Error(`${service} is not ready: ${one.output.out}${one.output.err}`)
      }
    }
    started.push(replica)
    return replica
  }

  function lead() {
    const of = (service: string) => started.filter((one) => one.service === service).map(({ url }) => url)
    gateway.leadTo({ ingest: of('ingest'), decide: of('decide'), query: of('query'), notify: of('notify') })
  }

  const migrated = run(commandOf(compose, 'migrate'), environmentOf('migrate'))
  if ((await migrated.exited) !== 0) throw new Error(`migrate: ${migrated.output.out}${migrated.output.err}`)
  const services = ['ingest', 'decide', 'query', 'notify', 'ui']
  for (const service of services) {
    await Promise.all(Array.from({ length: replicas[service] ?? 1 }, () => start(service)))
  }
  lead()

  return {
    api: gateway.url,
    ui: started.find(({ service }) => service === 'ui')?.url ?? '',
    replicas: started,
    migrated: migrated.output,
    database_url: postgres.server.url.replace(
      /\/[^/]*$/,
      `/${compose.services['postgres']?.environment?.['POSTGRES_DB']}`,
    ),
    pids: () => running.map(({ child }) => child.pid),
    /** Ends a replica as compose does, and starts another in its place. */
    async restart(replica: Replica): Promise<number> {
      const next = await start(replica.service)
      lead()
      replica.child.kill('SIGTERM')
      const code = await replica.exited
      started.splice(started.indexOf(replica), 1)
      lead()
      void next
      return code
    },
    async stop() {
      for (const { child } of running.toReversed()) child.kill('SIGTERM')
      await Promise.all(running.map(({ exited }) => exited))
      await gateway.stop()
      await postgres.server.stop()
      rmSync(data_dir, { recursive: true, force: true })
      return started.map(({ service, child }) => [service, child.exitCode])
    },
  }
}
