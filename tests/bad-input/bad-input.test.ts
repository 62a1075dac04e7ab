import { afterAll, expect, test } from 'bun:test'
import { createProject, deactivateProject } from '#shared/contract/projects.ts'
import { call } from '#shared/http/call.ts'
import { testApi } from '#shared/testing/api.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { mintProject } from '#shared/testing/project.ts'
import { migrate } from '#shared/store/migrate.ts'
import { ingest } from '../../ingest/service.ts'
import { query } from '../../query/service.ts'
import { BAD_INPUTS, BAD_ITEMS } from './table.ts'

// A database of its own: what every project shares is counted too, and tests beside this one write there.
const { database, url, drop } = await freshDatabase()
await migrate(database)
const deps = await testDeps(url)
const services = [await ingest(deps), await query(deps)]
const api = testApi(
  deps,
  services.flatMap(({ routes }) => routes),
)
afterAll(async () => {
  for (const service of services) await service.stop()
  await deps.stop()
  await drop()
})

const ADMIN = { 'x-api-key': 'dev-key' }
const fresh = await call(api.fetch, 'http://localhost', createProject, { body: { name: 'fresh' } }, ADMIN)
const inactive = await mintProject(api.fetch)
await call(
  api.fetch,
  'http://localhost',
  deactivateProject,
  { params: { project_id: inactive.project_id } },
  ADMIN,
)
const own = await mintProject(api.fetch)

const KEYS = {
  none: undefined,
  unknown: `proj_${'x'.repeat(43)}`,
  admin: 'dev-key',
  fresh: fresh.api_key,
  inactive: inactive.key,
}

/** Rows of the record that are the project's, and rows about any project. */
async function rowsOf(project_id: string): Promise<string> {
  const [count] = await deps.database.sql<{ rows: string }[]>`
    select (select count(*) from traces t where t.project_no = p.project_no)
      + (select count(*) from spans s where s.project_no = p.project_no)
      + (select count(*) from span_events e where e.project_no = p.project_no)
      + (select count(*) from evals v where v.project_no = p.project_no)
      + (select count(*) from log l where l.project_no = p.project_no)
      + (select count(*) from projects) + (select count(*) from api_keys)
      + (select count(*) from project_settings) + (select count(*) from audit) rows
    from projects p where p.project_id = ${project_id}`
  return count?.rows ?? ''
}

test.each(BAD_INPUTS)('$path: $name is answered $status $code, and nothing is stored', async (row) => {
  const { method = 'POST', path, body, headers = {}, key, status, code, names } = row
  const before = await rowsOf(own.project_id)
  const api_key = key === undefined ? own.key : KEYS[key]
  const response = await api.request(method, path, {
    ...(api_key === undefined ? {} : { key: api_key }),
    ...(body === undefined ? {} : { body }),
    headers,
  })
  const answer = (await response.json()) as { code: string; detail: unknown; request_id: string }
  expect({ status: response.status, code: answer.code }).toEqual({ status, code })
  expect(response.headers.get('x-request-id')).toBe(answer.request_id)
  if (names) expect(JSON.stringify(answer.detail)).toContain(names)
  if (status === 405) expect(response.headers.get('allow')).toBeTruthy()
  expect(await rowsOf(own.project_id)).toBe(before)
})

test.each(BAD_ITEMS)('$path: $name is refused by name, and its neighbours are kept', async (row) => {
  const project = await mintProject(api.fetch)
  const response = await api.request('POST', row.path, { key: project.key, body: row.body })
  const answer = (await response.json()) as {
    accepted: number
    rejected: { index: number; code: string; detail: string }[]
  }
  expect(response.status).toBe(200)
  expect(answer.accepted).toBe(2)
  expect(answer.rejected).toMatchObject([{ index: 1, code: row.code }])
  expect(answer.rejected[0]?.detail).toContain(row.names)
})

test('an answer to bad input repeats no submitted value', async () => {
  const secret = ['sk', 'live', '4242'].join('-')
  const body = { trace: { trace_id: 't', start_time: secret, status: secret, user_id: { secret } } }
  const response = await api.request('POST', '/api/v1/ingest/traces', { key: own.key, body })
  expect(response.status).toBe(422)
  expect(await response.text()).not.toContain(secret)
  expect(deps.logged.join('\n')).not.toContain(secret)
})

test('a polluting key is plain data', async () => {
  const body = `{"trace":{"trace_id":"t","start_time":"2026-11-01T00:00:00Z",
    "attributes":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}}`
  const project = await mintProject(api.fetch)
  expect((await api.request('POST', '/api/v1/ingest/traces', { key: project.key, body })).status).toBe(200)
  const shown = await api.request('GET', '/api/v1/traces/t', { key: project.key })
  expect(await shown.text()).toContain('"__proto__":{"polluted":1}')
  expect(Object.keys(Object.prototype)).not.toContain('polluted')
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})
