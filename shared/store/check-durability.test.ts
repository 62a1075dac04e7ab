import { afterAll, expect, test } from 'bun:test'
import { jsonLog } from '../log.ts'
import { freshDatabase } from '../testing/fresh-database.ts'
import { checkDurability } from './check-durability.ts'
import { openClient } from './connect.ts'

const { database, url, drop } = await freshDatabase()
afterAll(drop)

/** A session in which the database's own setting takes hold. */
async function unsafeSession() {
  const [row] = await database.sql<{ name: string }[]>`select current_database() as name`
  await database.sql`alter database ${database.sql(row?.name ?? '')} set synchronous_commit = off`
  return openClient(url, 'unsafe', { max: 1 })
}

test('a database that keeps its word passes without a line', async () => {
  const lines: string[] = []
  const sql = openClient(url, 'safe', { max: 1, connection: { synchronous_commit: 'on' } })
  await checkDurability(
    sql,
    'production',
    jsonLog((line) => void lines.push(line)),
  )
  expect(lines).toEqual([])
  await sql.end()
})

test('a database that would lose commits stops production and is named in development', async () => {
  const sql = await unsafeSession()
  const lines: string[] = []
  const log = jsonLog((line) => void lines.push(line))
  expect(checkDurability(sql, 'production', log)).rejects.toThrow(
    'The database has synchronous_commit off and would lose what it had acknowledged: turn it on',
  )
  expect(lines).toEqual([])
  await checkDurability(sql, 'development', log)
  expect(lines.join()).toContain('synchronous_commit')
  await sql.end()
})
