import { afterAll, expect, test } from 'bun:test'
import type { Output } from '#shared/contract/endpoint.ts'
import type * as contract from '#shared/contract/projects.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { accessApi, jsonOf } from './testing.ts'

const deps = await testDeps()
afterAll(deps.stop)
const api = accessApi(deps)
const { sql } = deps.database

type Current = Output<typeof contract.currentKey>

const currentKey = async (id: string) => jsonOf<Current>(api.admin('GET', `/${id}/current-key`))

test('a rotation answers the new key once and activates the project for good', async () => {
  const first = await api.newProject()
  const rotated = await api.rotate(first.id)
  expect(rotated).toEqual({ ...first, key_activated: true, api_key: rotated.api_key })
  expect(rotated.api_key).toMatch(/^proj_[\w-]{43}$/)
  expect(rotated.api_key).not.toBe(first.api_key)
  expect(await currentKey(first.id)).toEqual({
    project_id: first.id,
    key_activated: true,
    api_key: rotated.api_key,
    api_key_masked: `${rotated.api_key.slice(0, 9)}…${rotated.api_key.slice(-4)}`,
  })
})

test('W-46: of rotations at the same time exactly one key remains, and it is the current one', async () => {
  const { id, api_key: first } = await api.newProject()
  const rotations = await Promise.all(Array.from({ length: 8 }, async () => api.rotate(id)))
  const issued = [first, ...rotations.map(({ api_key }) => api_key)]
  const working = []
  for (const key of issued) {
    const { status } = await api.probe('ingest', key)
    if (status === 200) working.push(key)
    else expect(status).toBe(401)
  }
  expect(new Set(issued).size).toBe(9)
  expect(working).toEqual([(await currentKey(id)).api_key ?? 'none'])
  const mains =
    await sql`select from api_keys join projects using (project_no) where project_id = ${id} and is_main`
  expect(mains).toHaveLength(1)
})

test('a grace is a whole number of seconds, at most a week', async () => {
  const { id, api_key } = await api.newProject()
  for (const grace of ['-1', '604801', '1.5', '1e3', 'soon']) {
    expect((await api.admin('POST', `/${id}/rotate-key?grace_seconds=${grace}`)).status).toBe(422)
  }
  expect((await currentKey(id)).api_key).toBe(api_key)
})

test('after a rotation the old key is refused at once, or works until its grace is over', async () => {
  const { id, api_key: first } = await api.readyProject()
  const { api_key: second } = await api.rotate(id)
  expect((await api.probe('read', first)).status).toBe(401)
  expect((await api.probe('read', second)).status).toBe(200)

  let time = Date.now()
  const hub = accessApi({ ...deps, clock: () => time })
  const { api_key: third } = await hub.rotate(id, 60)
  time += 59_999
  expect((await hub.probe('ingest', second)).status).toBe(200)
  time += 1
  expect((await hub.probe('ingest', second)).status).toBe(401)
  expect((await hub.probe('ingest', third)).status).toBe(200)
})
