import { afterAll, expect, test } from 'bun:test'
import { openDatabase } from '#shared/store/connect.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { accessApi, jsonOf, until } from './testing.ts'

const deps = await testDeps()
afterAll(deps.stop)

type Key = { last_used_at: string | null }

test('W-36: the last use of a key is known, to the minute', async () => {
  let time = Date.parse('2026-03-01T10:00:00Z')
  const hub = accessApi({ ...deps, clock: () => time })
  const { id, api_key } = await hub.newProject()
  const lastUsed = async () => {
    const [key] = await jsonOf<Key[]>(hub.admin('GET', `/${id}/keys`))
    return key?.last_used_at
  }
  const use = async () => hub.probe('read', api_key)
  expect(await lastUsed()).toBeNull()
  await use()
  await until(async () => (await lastUsed()) === '2026-03-01T10:00:00.000Z')

  time += 59_999
  await use()
  await Bun.sleep(100)
  expect(await lastUsed()).toBe('2026-03-01T10:00:00.000Z')

  time += 1
  await use()
  await until(async () => (await lastUsed()) === '2026-03-01T10:01:00.000Z')
})

test('a request is answered although its use cannot be written, and the log says so without the key', async () => {
  const { api_key } = await accessApi(deps).newProject()
  const away = openDatabase('postgres://hub@127.0.0.1:1/hub', deps.log)
  const hub = accessApi({ ...deps, database: { ...deps.database, sql: away.sql } })
  expect((await hub.probe('read', api_key)).status).toBe(200)
  await until(async () => deps.logged.some((line) => line.includes('the last use of a key was not written')))
  expect(deps.logged.join()).not.toContain(api_key)
  await away.stop()
})
