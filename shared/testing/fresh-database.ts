import { jsonLog } from '../log.ts'
import { openClient, openDatabase, type Database } from '../store/connect.ts'
import { testUrl } from './deps.ts'

/** An empty database of one test's own, on the server of the run. */
export async function freshDatabase(): Promise<{
  database: Database
  url: string
  drop: () => Promise<void>
}> {
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`
  const admin = openClient(testUrl, 'admin', { max: 1 })
  await admin`create database ${admin(name)} template template0 encoding 'UTF8'`
  const url = new URL(testUrl)
  url.pathname = `/${name}`
  const database = openDatabase(url.href, jsonLog())
  return {
    database,
    url: url.href,
    async drop() {
      await database.stop()
      await admin`drop database if exists ${admin(name)} with (force)`
      await admin.end({ timeout: 1 })
    },
  }
}
