import { afterAll, expect, test } from 'bun:test'
import type { Output } from '#shared/contract/endpoint.ts'
import type * as contract from '#shared/contract/projects.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { accessApi, jsonOf } from './testing.ts'

const deps = await testDeps()
afterAll(deps.stop)
const api = accessApi(deps)

const RFC3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

type Keys = Output<typeof contract.listKeys>

test('a revoked key keeps the time of its end, and no other key ends with it', async () => {
  const { id } = await api.newProject()
  const { id: key_id } = await api.newKey(id, { name: 'agent' })
  const first = await jsonOf<Keys[number]>(api.admin('DELETE', `/${id}/keys/${key_id}`))
  expect(first.revoked_at).toMatch(RFC3339_UTC)
  await Bun.sleep(5)
  expect(await jsonOf<Keys[number]>(api.admin('DELETE', `/${id}/keys/${key_id}`))).toEqual(first)
  const keys = await jsonOf<Keys>(api.admin('GET', `/${id}/keys`))
  expect(keys.filter(({ revoked_at }) => revoked_at !== null)).toHaveLength(1)
})

test('a key is revoked under its own project only', async () => {
  const mine = await api.newProject()
  const other = await api.newProject()
  const { id: key_id, api_key } = await api.newKey(other.id, { name: 'agent' })
  for (const wanted of [key_id, crypto.randomUUID(), 'no-uuid']) {
    const response = await api.admin('DELETE', `/${mine.id}/keys/${wanted}`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'key_not_found', detail: 'key not found' })
  }
  expect((await api.probe('read', api_key)).status).toBe(200)
})
