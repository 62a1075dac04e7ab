import { afterAll, expect, test } from 'bun:test'
import type { Output } from '#shared/contract/endpoint.ts'
import type * as contract from '#shared/contract/projects.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { accessApi, jsonOf } from './testing.ts'

const deps = await testDeps()
afterAll(deps.stop)
const api = accessApi(deps)

const RFC3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

type Keys = Output<typeof contract.listKeys>

test('a further key is shown once, with its scope and its end', async () => {
  const { id } = await api.readyProject()
  const made = await api.newKey(id, {
    name: 'collector',
    scope: 'ingest',
    expires_at: '2100-01-01T09:00:00+09:00',
  })
  const { api_key, ...kept } = made
  expect(kept.id).toMatch(UUID)
  expect(kept.created_at).toMatch(RFC3339_UTC)
  expect(kept).toEqual({
    id: kept.id,
    name: 'collector',
    scope: 'ingest',
    masked: `${api_key.slice(0, 9)}…${api_key.slice(-4)}`,
    created_at: kept.created_at,
    expires_at: '2100-01-01T00:00:00.000Z',
    last_used_at: null,
    revoked_at: null,
  })
  const keys = await jsonOf<Keys>(api.admin('GET', `/${id}/keys`))
  expect(keys.find((key) => key.id === kept.id)).toEqual(kept)
  expect(keys).toHaveLength(3)
  expect(JSON.stringify(keys)).not.toContain(api_key)
})

test('a key without an end or a scope has none and is full', async () => {
  const { id } = await api.newProject()
  for (const body of [{ name: 'a' }, { name: 'b', expires_at: null }]) {
    const { scope, expires_at } = await api.newKey(id, body)
    expect({ scope, expires_at }).toEqual({ scope: 'full', expires_at: null })
  }
})

test('a key that could never work is not issued', async () => {
  const { id } = await api.newProject()
  const ends = [
    '2020-01-01T00:00:00Z',
    '2100-01-01T00:00:00',
    '2100-02-30T00:00:00Z',
    'tomorrow',
    '',
    4_102_444_800,
  ]
  for (const expires_at of ends) {
    const response = await api.admin('POST', `/${id}/keys`, { name: 'a', expires_at })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({
      code: 'validation_error',
      detail: [{ loc: ['body', 'expires_at'] }],
    })
  }
  for (const body of [{}, { name: ' ' }, { name: 'a', scope: 'root' }]) {
    expect((await api.admin('POST', `/${id}/keys`, body)).status).toBe(422)
  }
  expect(await jsonOf<Keys>(api.admin('GET', `/${id}/keys`))).toHaveLength(1)
})
