import { afterAll, expect, test } from 'bun:test'
import type { Output } from '#shared/contract/endpoint.ts'
import type * as contract from '#shared/contract/projects.ts'
import { openDatabase } from '#shared/store/connect.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { accessApi, jsonOf, problem } from './testing.ts'

const deps = await testDeps()
afterAll(deps.stop)
const api = accessApi(deps)
const { sql } = deps.database

const RFC3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

type Issued = Output<typeof contract.rotateKey>
type Current = Output<typeof contract.currentKey>
type Listed = Output<typeof contract.listProjects>

const currentKey = async (id: string) => jsonOf<Current>(api.admin('GET', `/${id}/current-key`))

async function addTrace(project_id: string, trace_key: string, start_time: string) {
  await sql`
    insert into traces (project_no, trace_key, start_time, created_at, updated_at, input_tokens, output_tokens, cost_nano,
                        version, trace_day, total_spans, ended_spans, error_count, costed_spans, status, id_form, start_said)
    select project_no, ${trace_key}, ${start_time}, ${start_time}, ${start_time}, 0, 0, 0,
           1, ${start_time}::timestamptz::date, 0, 0, 0, 0, 0, 0, true
    from projects where project_id = ${project_id}`
}

test('a project is made with a key of 256 random bits that can read and not yet ingest', async () => {
  const response = await api.admin('POST', '', { name: 'Shop assistant' })
  expect(response.status).toBe(200)
  expect(response.headers.get('cache-control')).toBe('no-store')
  const { id, created_at, api_key, ...rest } = await jsonOf<Issued>(response)
  expect(rest).toEqual({ name: 'Shop assistant', key_activated: false })
  expect(id).toMatch(UUID)
  expect(created_at).toMatch(RFC3339_UTC)
  expect(api_key).toMatch(/^proj_[\w-]{43}$/)
})

test('a project has a name that can be seen and stored', async () => {
  for (const name of ['', '   ', 'x'.repeat(256), 7, null, undefined]) {
    expect((await api.admin('POST', '', { name })).status).toBe(422)
  }
  const { name } = await jsonOf<Issued>(api.admin('POST', '', { name: 'a\0b' }))
  expect(name).toBe('a�b')
})

test('projects are listed newest first, inactive ones too, with an exact number of traces', async () => {
  const older = await api.newProject()
  const newer = await api.readyProject()
  await api.admin('POST', `/${older.id}/deactivate`)
  await addTrace(newer.id, 'a', '2026-03-01T10:00:00Z')
  await addTrace(newer.id, 'b', '2026-03-02T10:00:00Z')
  const listed = await jsonOf<Listed>(api.admin('GET', ''))
  const mine = listed.filter(({ id }) => id === older.id || id === newer.id)
  expect(mine).toEqual([
    {
      id: newer.id,
      name: 'mine',
      is_active: true,
      key_activated: true,
      is_default: false,
      created_at: newer.created_at,
      trace_count: 2,
      open_case_count: 0,
      last_trace_at: '2026-03-02T10:00:00.000Z',
    },
    {
      id: older.id,
      name: 'mine',
      is_active: false,
      key_activated: false,
      is_default: false,
      created_at: older.created_at,
      trace_count: 0,
      open_case_count: 0,
      last_trace_at: null,
    },
  ])
})

test('W-47: the list of projects is two statements, however many there are', async () => {
  const made = await Promise.all(Array.from({ length: 12 }, async () => api.newProject()))
  const database = openDatabase(deps.config.database_url ?? '', deps.log)
  await database.sql`select 1`
  const statements: string[] = []
  database.sql.options.debug = (_connection, text) => void statements.push(text)
  const hub = accessApi({ ...deps, database })
  const listed = await jsonOf<Listed>(hub.admin('GET', ''))
  expect(statements).toHaveLength(2)
  const ids = new Set(listed.map(({ id }) => id))
  expect(made.filter(({ id }) => !ids.has(id))).toEqual([])
  await database.stop()
})

test('W-36: every deed on a project and its keys leaves one line in the audit', async () => {
  const { id } = await api.newProject()
  await api.admin('POST', `/${id}/rotate-key`)
  const { id: key_id } = await api.newKey(id, { name: 'agent', scope: 'read' })
  await currentKey(id)
  await api.admin('DELETE', `/${id}/keys/${key_id}`)
  await api.admin('POST', `/${id}/deactivate`)
  await api.admin('DELETE', `/${id}`)
  await api.admin('POST', `/${id}/activate`)
  await api.admin('GET', `/${id}/keys`)
  const lines = await sql<{ actor: string; action: string }[]>`
    select actor, action from audit join projects using (project_no) where project_id = ${id} order by audit_id`
  expect(lines.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
    'admin project.created',
    'admin key.rotated',
    'admin key.created',
    'admin key.revealed',
    'admin key.revoked',
    'admin project.deactivated',
    'admin project.deactivated',
    'admin project.activated',
  ])
})

test('a project is deactivated, deleted and activated as often as one likes, and loses nothing', async () => {
  const { id, name, created_at } = await api.newProject()
  await addTrace(id, 'kept', '2026-03-01T10:00:00Z')
  const state = (is_active: boolean) => ({ id, name, is_active, key_activated: false, created_at })
  expect(await jsonOf<unknown>(api.admin('POST', `/${id}/deactivate`))).toEqual(state(false))
  expect(await jsonOf<unknown>(api.admin('DELETE', `/${id}`))).toEqual(state(false))
  expect(await jsonOf<unknown>(api.admin('POST', `/${id}/activate`))).toEqual(state(true))
  expect(await jsonOf<unknown>(api.admin('POST', `/${id}/activate`))).toEqual(state(true))
  const listed = await jsonOf<Listed>(api.admin('GET', ''))
  expect(listed.find((project) => project.id === id)?.trace_count).toBe(1)
})

test('a project that is not there is 404 on every operation, however its id looks', async () => {
  const operations = [
    ['POST', '/rotate-key'],
    ['GET', '/current-key'],
    ['POST', '/activate'],
    ['POST', '/deactivate'],
    ['DELETE', ''],
    ['GET', '/keys'],
    ['POST', '/keys', { name: 'a' }],
    ['DELETE', `/keys/${crypto.randomUUID()}`],
  ] as const
  for (const id of [crypto.randomUUID(), 'no-uuid', '1%20or%201=1']) {
    for (const [method, path, body] of operations) {
      const refused = await problem(api.admin(method, `/${id}${path}`, body))
      expect({ path, ...refused }).toEqual({
        path,
        status: 404,
        code: 'project_not_found',
        detail: 'project not found',
      })
    }
  }
})

test('a project key administers nothing, not even its own project', async () => {
  const { id, api_key } = await api.readyProject()
  const attempts = [
    ['GET', '/api/v1/projects'],
    ['GET', `/api/v1/projects/${id}/current-key`],
    ['POST', `/api/v1/projects/${id}/rotate-key`],
    ['DELETE', `/api/v1/projects/${id}`],
  ] as const
  for (const [method, path] of attempts) {
    expect((await api.request(method, path, { key: api_key })).status).toBe(403)
    expect((await api.request(method, path)).status).toBe(401)
  }
  expect((await api.probe('ingest', api_key)).status).toBe(200)
})
