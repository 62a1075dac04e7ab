import { afterAll, expect, test } from 'bun:test'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonLog } from '../../log.ts'
import { StartError } from '../../start-error.ts'
import { cleanUpAfterwards, makeDataDir } from '../../testing/postgres.ts'
import { openClient, type Sql } from '../connect.ts'
import { isPostmaster, readPostmaster } from './postmaster-file.ts'
import { startPostgres, type EmbeddedPostgres } from './start-postgres.ts'

const ends: (() => unknown)[] = []
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
})

function newDataDir(): string {
  const data_dir = makeDataDir()
  cleanUpAfterwards(data_dir)
  ends.push(() => rmSync(data_dir, { recursive: true, force: true }))
  return data_dir
}

async function start(data_dir: string, lines: string[] = []): Promise<EmbeddedPostgres> {
  const postgres = await startPostgres({
    data_dir,
    log: jsonLog((line) => void lines.push(line)),
    say: (line) => void lines.push(line),
  })
  ends.push(postgres.stop)
  return postgres
}

function connect(url: string): Sql {
  const sql = openClient(url, 'test', { max: 1 })
  ends.push(() => sql.end({ timeout: 1 }))
  return sql
}

const pidOf = (data_dir: string) => readPostmaster(join(data_dir, 'postgres'))?.pid ?? 0

async function setting(sql: Sql, name: string): Promise<string | undefined> {
  const [row] = await sql<{ value: string }[]>`select current_setting(${name}) as value`
  return row?.value
}

test('a new data directory gets a database with a password, on loopback, that keeps what it acknowledges', async () => {
  const data_dir = newDataDir()
  const lines: string[] = []
  const { url } = await start(data_dir, lines)
  const sql = connect(url)
  const names = [
    'fsync',
    'synchronous_commit',
    'full_page_writes',
    'listen_addresses',
    'unix_socket_directories',
  ]
  expect(await Promise.all(names.map((name) => setting(sql, name)))).toEqual([
    'on',
    'on',
    'on',
    '127.0.0.1',
    '',
  ])
  expect(await setting(sql, 'password_encryption')).toBe('scram-sha-256')
  expect(statSync(join(data_dir, 'postgres-password')).mode & 0o777).toBe(0o600)
  expect(lines).toEqual([`Creating the database in ${data_dir}, on the first start only`])
})

test('nobody gets in without the password', async () => {
  const { url } = await start(newDataDir())
  const stranger = new URL(url)
  stranger.password = 'guessed'
  const sql = connect(stranger.href)
  expect(sql`select 1`).rejects.toMatchObject({ code: '28P01' })
})

test('letters of every script are letters', async () => {
  const { url } = await start(newDataDir())
  const [row] = await connect(url)<{ encoding: string; hangul: boolean; lower: string }[]>`
    select current_setting('server_encoding') as encoding, '한글' ~ '^[[:alpha:]]+$' as hangul, lower('ÅÉ') as lower`
  expect(row).toEqual({ encoding: 'UTF8', hangul: true, lower: 'åé' })
})

test('what was stored is there after a stop and a start', async () => {
  const data_dir = newDataDir()
  const first = await start(data_dir)
  await connect(first.url)`create table kept as select 7 as n`
  await first.stop()
  expect(existsSync(join(data_dir, 'postgres', 'postmaster.pid'))).toBe(false)
  const lines: string[] = []
  const second = await start(data_dir, lines)
  expect([...(await connect(second.url)`select n from kept`)]).toEqual([{ n: 7 }])
  expect(lines).toEqual([])
})

test('a data directory that is in use is refused, and the one who uses it is not disturbed', async () => {
  const data_dir = newDataDir()
  const { url } = await start(data_dir)
  const sql = connect(url)
  await sql`create temp table mine (n int)`
  const pid = pidOf(data_dir)
  expect(start(data_dir)).rejects.toThrow(
    `Another hub is running on ${data_dir}: stop that one, or set HUB_DATA_DIR to another directory`,
  )
  await Bun.sleep(200)
  expect(pidOf(data_dir)).toBe(pid)
  expect([...(await sql`select count(*)::int as n from mine`)]).toEqual([{ n: 0 }])
})

test('of two starts at once on an empty directory one makes the database, the other is refused', async () => {
  const data_dir = newDataDir()
  const lines: string[] = []
  const both = await Promise.allSettled([start(data_dir, lines), start(data_dir, lines)])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(both.find((one) => one.status === 'rejected')?.reason).toBeInstanceOf(StartError)
  expect(lines).toHaveLength(1)
})

test('a postgres that was killed is started again at the same address, with what it had acknowledged', async () => {
  const data_dir = newDataDir()
  const lines: string[] = []
  const { url } = await start(data_dir, lines)
  const sql = connect(url)
  await sql`create table kept as select 7 as n`
  const killed = pidOf(data_dir)
  const started = performance.now()
  process.kill(killed, 'SIGKILL')
  while (pidOf(data_dir) === killed && performance.now() - started < 10_000) await Bun.sleep(20)
  let rows: unknown[] | undefined
  while (!rows && performance.now() - started < 10_000) {
    rows = await sql`select n from kept`.then(
      (found) => [...found],
      () => undefined,
    )
  }
  expect(rows).toEqual([{ n: 7 }])
  expect(performance.now() - started).toBeLessThan(5000)
  expect(pidOf(data_dir)).not.toBe(killed)
  expect(lines.some((line) => line.includes('postgres ended by itself'))).toBe(true)
})

test('the owner lock is taken again after postgres was started again', async () => {
  const data_dir = newDataDir()
  const { url } = await start(data_dir)
  const sql = connect(url)
  const holders = () => sql`
    select 1 from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.granted and a.application_name = 'hub-owner'`
  expect(await holders().execute()).toHaveLength(1)
  const killed = pidOf(data_dir)
  process.kill(killed, 'SIGKILL')
  while (pidOf(data_dir) === killed) await Bun.sleep(20)
  const held = async () => {
    for (let tries = 0; tries < 100; tries++) {
      const found = await holders()
        .execute()
        .catch(() => [])
      if (found.length > 0) return found.length
      await Bun.sleep(100)
    }
    return 0
  }
  expect(await held()).toBe(1)
})

test('a postmaster.pid that names another living process does not block the start', async () => {
  const data_dir = newDataDir()
  const first = await start(data_dir)
  const file = join(data_dir, 'postgres', 'postmaster.pid')
  const text = readFileSync(file, 'utf8')
  await first.stop()
  // Postgres itself looks past the processes of other users.
  const { uid, gid } = statSync(join(data_dir, 'postgres'))
  const stranger = spawn('sleep', ['60'], { uid, gid })
  ends.push(() => stranger.kill())
  writeFileSync(file, text.replace(/^\d+/, String(stranger.pid)))
  const second = await start(data_dir)
  expect(await connect(second.url)`select 1`).toHaveLength(1)
  expect(stranger.exitCode).toBeNull()
})

test('a cluster of another major version is refused and not touched', async () => {
  const data_dir = newDataDir()
  await (await start(data_dir)).stop()
  const version = join(data_dir, 'postgres', 'PG_VERSION')
  writeFileSync(version, '17\n')
  expect(start(data_dir)).rejects.toThrow(/was made by PostgreSQL 17, this hub brings 18: /)
  expect(readFileSync(version, 'utf8')).toBe('17\n')
  expect(existsSync(join(data_dir, 'postgres', 'postmaster.pid'))).toBe(false)
})

test('a missing password file is named, not replaced', async () => {
  const data_dir = newDataDir()
  await (await start(data_dir)).stop()
  rmSync(join(data_dir, 'postgres-password'))
  expect(start(data_dir)).rejects.toThrow(`${join(data_dir, 'postgres-password')} is missing`)
  expect(existsSync(join(data_dir, 'postgres-password'))).toBe(false)
})

test('what a start that was cut off left half made is cleared away', async () => {
  const data_dir = newDataDir()
  mkdirSync(join(data_dir, 'postgres.new-1'))
  writeFileSync(join(data_dir, 'postgres.new-1', 'PG_VERSION'), '18\n')
  const { url } = await start(data_dir)
  expect(await connect(url)`select 1`).toHaveLength(1)
  expect(existsSync(join(data_dir, 'postgres.new-1'))).toBe(false)
})

test('a folder that holds no database is not taken for one', async () => {
  const data_dir = newDataDir()
  mkdirSync(join(data_dir, 'postgres'))
  expect(start(data_dir)).rejects.toThrow('is there but holds no database')
})

test('a postgres over our files that does not know our password is left running', async () => {
  const data_dir = newDataDir()
  const { url } = await start(data_dir)
  const pid = pidOf(data_dir)
  // Seen from another place, the very same server is one whose password we do not have.
  const other = newDataDir()
  const cluster = join(data_dir, 'postgres')
  renameSync(join(data_dir, 'postgres-password'), join(data_dir, 'postgres-password.true'))
  writeFileSync(join(data_dir, 'postgres-password'), 'not the one', { mode: 0o600 })
  const script = `
    import { startPostgres } from '${join(import.meta.dir, 'start-postgres.ts')}'
    import { jsonLog } from '${join(import.meta.dir, '../../log.ts')}'
    import { symlinkSync, copyFileSync } from 'node:fs'
    symlinkSync('${cluster}', '${other}/postgres')
    copyFileSync('${data_dir}/postgres-password', '${other}/postgres-password')
    await startPostgres({ data_dir: '${other}', log: jsonLog(), say: () => {} }).catch((error) => {
      console.log(error.name, error.message)
      process.exit(1)
    })`
  const second = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'pipe' })
  expect(await second.exited).toBe(1)
  expect(await new Response(second.stdout).text()).toStartWith(
    `StartError A PostgreSQL that is not this hub's own runs on ${cluster}`,
  )
  expect(isPostmaster(pid, cluster)).toBe(true)
  expect(await connect(url)`select 1`).toHaveLength(1)
  rmSync(join(other, 'postgres'))
})
