import { afterAll, expect, test } from 'bun:test'
import { memoryBus } from '#shared/bus/memory.ts'
import type { Deps } from '#shared/service.ts'
import { openDatabase, type Sql } from '#shared/store/connect.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { accessApi, jsonOf, problem, until } from './testing.ts'

const deps = await testDeps()
afterAll(deps.stop)
const api = accessApi(deps)

/** Another process on the same database: it hears no notice of this one. */
const elsewhere = (): Deps => ({ ...deps, bus: memoryBus(deps.log) })

test('W-36: a key is refused from the moment it expires', async () => {
  const { id } = await api.readyProject()
  const now = Date.now()
  const expires_at = new Date(now + 500).toISOString()
  const own = { ...deps, clock: () => now }
  const { api_key } = await accessApi(own).newKey(id, { name: 'short', expires_at })
  let time = now
  const hub = accessApi({ ...deps, clock: () => time })
  expect((await hub.probe('read', api_key)).status).toBe(200)
  time = now + 499
  expect((await hub.probe('read', api_key)).status).toBe(200)
  time = now + 500
  expect(await problem(hub.probe('read', api_key))).toMatchObject({
    status: 401,
    code: 'invalid_api_key',
  })
})

test('a revoked key is refused at once', async () => {
  const { id, api_key: main } = await api.readyProject()
  const { id: key_id, api_key } = await api.newKey(id, { name: 'agent' })
  expect((await api.probe('read', api_key)).status).toBe(200)
  await api.admin('DELETE', `/${id}/keys/${key_id}`)
  expect(await problem(api.probe('read', api_key))).toMatchObject({ status: 401, code: 'invalid_api_key' })
  expect((await api.probe('read', main)).status).toBe(200)
})

test('a key revoked in another process is refused within a second', async () => {
  const { id } = await api.readyProject()
  const { id: key_id, api_key } = await api.newKey(id, { name: 'agent' })
  let time = Date.now()
  const other = accessApi({ ...elsewhere(), clock: () => time })
  expect((await other.probe('read', api_key)).status).toBe(200)
  await api.admin('DELETE', `/${id}/keys/${key_id}`)
  time += 1000
  expect((await other.probe('read', api_key)).status).toBe(401)
})

test('the keys of a deactivated project are refused at once, and work again when it is activated', async () => {
  const { id, api_key } = await api.readyProject()
  expect((await api.probe('read', api_key)).status).toBe(200)
  await api.admin('POST', `/${id}/deactivate`)
  expect(await problem(api.probe('read', api_key))).toMatchObject({ status: 401, code: 'invalid_api_key' })
  await api.admin('POST', `/${id}/activate`)
  expect((await api.probe('read', api_key)).status).toBe(200)
})

test('a hot key is one query a second and one write a minute, however many requests carry it', async () => {
  const { id, api_key } = await api.readyProject()
  const database = openDatabase(deps.config.database_url ?? '', deps.log)
  const statements: string[] = []
  const watched = (sql: Sql) => {
    sql.options.debug = (_connection, text) => void statements.push(text)
    return sql
  }
  watched(database.sql)
  const dedicated: typeof database.dedicated = (...given) => watched(database.dedicated(...given))
  let time = Date.now()
  const hub = accessApi({ ...elsewhere(), database: { ...database, dedicated }, clock: () => time })
  const ask = async () => (await hub.probe('read', api_key)).status
  const lookUps = () => statements.filter((text) => text.includes('from api_keys')).length
  expect(await Promise.all(Array.from({ length: 50 }, ask))).toEqual(Array.from({ length: 50 }, () => 200))
  expect(lookUps()).toBe(1)
  await until(async () => {
    const keys = await jsonOf<{ last_used_at: string | null }[]>(api.admin('GET', `/${id}/keys`))
    return keys.some(({ last_used_at }) => last_used_at !== null)
  })
  time += 999
  await ask()
  expect(lookUps()).toBe(1)
  time += 1
  await ask()
  expect(lookUps()).toBe(2)
  await database.stop()
  expect(statements.filter((text) => text.includes('update api_keys'))).toHaveLength(1)
})
