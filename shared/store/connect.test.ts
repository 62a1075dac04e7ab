import { afterAll, expect, test } from 'bun:test'
import { testUrl } from '../testing/deps.ts'
import { testLog } from '../testing/log.ts'
import { openClient, openDatabase, type Sql } from './connect.ts'

const admin = openClient(testUrl, 'admin', { max: 1 })
const clients: Sql[] = [admin]
afterAll(() => Promise.all(clients.map((client) => client.end({ timeout: 1 }))))

/** A client with one connection, and a way to cut that connection off as a restart of the server would. */
function victim() {
  const name = crypto.randomUUID().slice(0, 8)
  const sql = openClient(testUrl, name, { max: 1 })
  clients.push(sql)
  const cut = async () => {
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${`hub-${name}`}`
  }
  return { sql, cut }
}

/** The next statements get their own answers, and the first within a second. */
async function expectWorking(sql: Sql) {
  const started = performance.now()
  const asked = Array.from({ length: 20 }, (_, n) => n)
  const answers = []
  for (const n of asked) answers.push((await sql<{ n: number }[]>`select ${n}::int as n`)[0]?.n)
  expect(answers).toEqual(asked)
  expect(performance.now() - started).toBeLessThan(1500)
}

test('a connection lost under a statement of a transaction works again at once', async () => {
  const { sql, cut } = victim()
  const lost = sql.begin(async (tx) => {
    await tx`select 1`
    setTimeout(() => void cut(), 50)
    await tx`select pg_sleep(5)`
  })
  expect(lost).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
  await lost.catch(() => {})
  await expectWorking(sql)
})

test('a connection lost just before a statement of a transaction works again at once', async () => {
  const { sql, cut } = victim()
  const lost = sql.begin(async (tx) => {
    await tx`select 1`
    await cut()
    await tx`select 2`
  })
  expect(lost).rejects.toThrow()
  await lost.catch(() => {})
  await expectWorking(sql)
})

test('a connection lost between two statements of a transaction works again at once', async () => {
  const { sql, cut } = victim()
  const lost = sql.begin(async (tx) => {
    await tx`select 1`
    await cut()
    await Bun.sleep(100)
    await tx`select 2`
  })
  expect(lost).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
  await lost.catch(() => {})
  await expectWorking(sql)
})

test('a transaction that was given up sends nothing while its connection is made anew', async () => {
  const moments = Array.from({ length: 16 }, (_, n) => 40 + n * 6)
  await Promise.all(
    moments.map(async (moment) => {
      const { sql, cut } = victim()
      const lost = sql.begin(async (tx) => {
        await tx`select 1`
        await cut()
        await Bun.sleep(moment)
        await tx`select 2`
      })
      await lost.catch(() => {})
      const answers = []
      for (const n of [1, 2, 3]) answers.push((await sql<{ n: number }[]>`select ${n}::int as n`)[0]?.n)
      expect(answers).toEqual([1, 2, 3])
      await Bun.sleep(moment)
      const [later] = await sql<{ n: number }[]>`select ${4}::int as n`
      expect(later).toEqual({ n: 4 })
    }),
  )
})

test('a statement on a reserved connection that was lost is rejected, not left waiting', async () => {
  const { sql, cut } = victim()
  const reserved = await sql.reserve()
  await reserved`select 1`
  await cut()
  await Bun.sleep(100)
  expect(reserved`select 2`).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
})

test('a client of one’s own that has ended is let go', async () => {
  const database = openDatabase(testUrl, testLog().log)
  const ended: WeakRef<Sql>[] = []
  for (let index = 0; index < 40; index++) {
    const own = database.dedicated('short')
    ended.push(new WeakRef(own))
    await own.end({ timeout: 1 })
  }
  await Bun.sleep(10)
  Bun.gc(true)
  expect(ended.filter((own) => own.deref()).length).toBeLessThan(20)
  await database.stop()
})
