import { afterAll, expect, test } from 'bun:test'
import { testDeps } from '#shared/testing/deps.ts'
import { accessApi, jsonOf, problem } from './testing.ts'

const deps = await testDeps()
afterAll(deps.stop)
const api = accessApi(deps)

const masking = { detectors: ['email', 'rrn'], keys: ['password'] }
const put = (id: string, body: unknown) => api.admin('PUT', `/${id}/settings`, body)
const get = (id: string) => api.admin('GET', `/${id}/settings`)

test('a project has the defaults of the hub until something is set', async () => {
  const { id } = await api.newProject()
  expect(await jsonOf<unknown>(get(id))).toEqual({
    project_id: id,
    retention_days: null,
    effective_retention_days: 30,
    masking: { detectors: [], keys: [] },
    limits: { key: null, project: null },
    updated_at: null,
  })
})

test('what is set is shown, and set anew as a whole', async () => {
  const { id } = await api.newProject()
  const set = await jsonOf<Record<string, unknown>>(put(id, { retention_days: 7, masking }))
  expect(set).toMatchObject({ project_id: id, retention_days: 7, effective_retention_days: 7, masking })
  expect(set['updated_at']).toMatch(/^\d{4}-.*Z$/)
  expect(await jsonOf<unknown>(get(id))).toEqual(set)
  const repeated = { detectors: ['email', 'email'], keys: [] }
  expect(await jsonOf<unknown>(put(id, { retention_days: 0, masking: repeated }))).toMatchObject({
    retention_days: 0,
    effective_retention_days: 0,
    masking: { detectors: ['email'], keys: [] },
  })
})

test('each change is in the audit, names of hidden members are not', async () => {
  const { id } = await api.newProject()
  await put(id, { retention_days: 7, masking })
  const rows = await deps.database.sql`
    select actor, subject, detail from audit join projects using (project_no)
    where project_id = ${id} and action = 'project.settings_changed'`
  expect([...rows]).toEqual([
    { actor: 'admin', subject: id, detail: { retention_days: 7, detectors: 'email rrn', keys: 1 } },
  ])
})

test('limits are set with the rest, stay when they are left out, and stand in the audit', async () => {
  const { id } = await api.newProject()
  const limits = { key: { per_minute: 600, burst: 50 }, project: null }
  const rest = { retention_days: null, masking: { detectors: [], keys: [] } }
  expect(await jsonOf<unknown>(put(id, { ...rest, limits }))).toMatchObject({ limits })
  expect(await jsonOf<unknown>(put(id, { ...rest, retention_days: 3 }))).toMatchObject({
    limits,
    retention_days: 3,
  })
  const none = { key: null, project: null }
  expect(await jsonOf<unknown>(put(id, { ...rest, limits: none }))).toMatchObject({ limits: none })
  expect(await jsonOf<unknown>(get(id))).toMatchObject({ limits: none, retention_days: null })
  const rows = await deps.database.sql`
    select detail ->> 'limits' as limits from audit join projects using (project_no)
    where project_id = ${id} and action = 'project.settings_changed' order by at`
  expect(rows.map((row) => row['limits'])).toEqual([
    'key 600/min 50, project none',
    null,
    'key none, project none',
  ])
})

test('settings that the hub does not know are refused, and nothing changes', async () => {
  const { id } = await api.newProject()
  const refused = [
    {},
    { retention_days: -1, masking },
    { retention_days: 3651, masking },
    { retention_days: 1.5, masking },
    { retention_days: '7', masking },
    { masking },
    { retention_days: null },
    { retention_days: null, masking: { detectors: ['everything'], keys: [] } },
    { retention_days: null, masking: { detectors: [], keys: [''] } },
    { retention_days: null, masking, limits: { key: { per_minute: 0, burst: 1 }, project: null } },
    { retention_days: null, masking, limits: { key: { per_minute: 60 }, project: null } },
    { retention_days: null, masking, limits: { key: null } },
    { retention_days: null, masking: { detectors: [], keys: ['a\0b'] } },
    { retention_days: null, masking: { ...masking, more: 1 } },
  ]
  for (const body of refused) expect((await put(id, body)).status).toBe(422)
  expect(await jsonOf<unknown>(get(id))).toMatchObject({ retention_days: null, updated_at: null })
})

test('only an admin key sees and sets them, of a project that is there', async () => {
  const { id, api_key } = await api.readyProject()
  const path = `/api/v1/projects/${id}/settings`
  const body = { retention_days: 1, masking }
  expect(await problem(api.request('GET', path, { key: api_key }))).toMatchObject({ code: 'admin_required' })
  expect(await problem(api.request('PUT', path, { key: api_key, body }))).toMatchObject({
    code: 'admin_required',
  })
  for (const other of [crypto.randomUUID(), 'no-uuid']) {
    expect(await problem(get(other))).toMatchObject({ status: 404, code: 'project_not_found' })
    expect(await problem(put(other, body))).toMatchObject({ status: 404, code: 'project_not_found' })
  }
  expect(await jsonOf<unknown>(get(id))).toMatchObject({ updated_at: null })
})
