import { afterAll, expect, test } from 'bun:test'
import { memoryCache } from '#shared/cache/memory.ts'
import { testApi } from '#shared/testing/api.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { mintProject } from '#shared/testing/project.ts'
import { ingest } from '../service.ts'

const base = await testDeps()
/** Of this file alone: where it stands still, no turn comes back by itself. */
let now = Date.now()
const deps = { ...base, clock: () => now, cache: memoryCache(() => now) }
const service = await ingest(deps)
const api = testApi(deps, service.routes)
afterAll(async () => {
  await service.stop()
  await base.stop()
})

async function limited(limits: unknown) {
  const project = await mintProject(api.fetch)
  const body = { retention_days: null, masking: { detectors: [], keys: [] }, limits }
  const path = `/api/v1/projects/${project.project_id}/settings`
  expect((await api.request('PUT', path, { key: 'dev-key', body })).status).toBe(200)
  const trace = () => ({
    trace_id: crypto.randomUUID(),
    status: 'success',
    start_time: new Date(now).toISOString(),
  })
  const send = async (key = project.key) => {
    const response = await api.request('POST', '/api/v1/ingest/traces', { key, body: { trace: trace() } })
    const header = (name: string) => response.headers.get(name)
    return {
      status: response.status,
      // Every answer of the API is a JSON object, errors included.
      json: (await response.json()) as Record<string, unknown>,
      retry: header('retry-after'),
      rate: [header('ratelimit-limit'), header('ratelimit-remaining'), header('ratelimit-reset')],
    }
  }
  const stored = async () =>
    (
      await deps.database.sql`
      select 1 from traces join projects using (project_no) where project_id = ${project.project_id}`
    ).length
  return { project, send, stored, path }
}

async function furtherKey({ project_id }: { project_id: string }): Promise<string> {
  const path = `/api/v1/projects/${project_id}/keys`
  const made = await api.request('POST', path, { key: 'dev-key', body: { name: 'second', scope: 'ingest' } })
  return String(((await made.json()) as Record<string, unknown>)['api_key'])
}

test('a project without limits takes what comes, and says nothing about limits', async () => {
  const { send } = await limited({ key: null, project: null })
  const answers = await Promise.all(Array.from({ length: 20 }, () => send()))
  expect(answers.map(({ status, rate }) => [status, ...rate])).toEqual(
    Array.from({ length: 20 }, () => [200, null, null, null]),
  )
})

test('past its burst a key is told 429 and when to come again; what was refused is not stored', async () => {
  const { send, stored } = await limited({ key: { per_minute: 60, burst: 3 }, project: null })
  const answers = []
  for (let nth = 0; nth < 5; nth++) answers.push(await send())
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429])
  expect(answers.map(({ rate }) => rate)).toEqual([
    ['3', '2', '1'],
    ['3', '1', '2'],
    ['3', '0', '3'],
    ['3', '0', '4'],
    ['3', '0', '4'],
  ])
  expect(answers[3]).toMatchObject({ retry: '1', json: { code: 'rate_limited' } })
  expect(answers[0]?.retry).toBeNull()
  expect(await stored()).toBe(3)
  now += 1000
  expect([(await send()).status, (await send()).status]).toEqual([200, 429])
  expect(await stored()).toBe(4)
})

test('each key has its own limit, and all together that of the project', async () => {
  const limits = { key: { per_minute: 60, burst: 3 }, project: { per_minute: 60, burst: 5 } }
  const { project, send } = await limited(limits)
  const second = await furtherKey(project)
  const first = []
  for (let nth = 0; nth < 4; nth++) first.push((await send()).status)
  expect(first).toEqual([200, 200, 200, 429])
  const other = []
  for (let nth = 0; nth < 3; nth++) other.push((await send(second)).status)
  expect(other).toEqual([200, 200, 429])
})

test('a limit of one project is nothing to another, to the admin key, or to who may not come in at all', async () => {
  const { send, project } = await limited({ key: null, project: { per_minute: 1, burst: 1 } })
  const neighbour = await limited({ key: null, project: null })
  expect([(await send()).status, (await send()).status]).toEqual([200, 429])
  expect((await neighbour.send()).status).toBe(200)
  const body = { trace: { trace_id: 'by-admin', status: 'success', start_time: new Date(now).toISOString() } }
  const headers = { 'x-project-id': project.project_id }
  for (let nth = 0; nth < 3; nth++) {
    const admin = await api.request('POST', '/api/v1/ingest/traces', { key: 'dev-key', body, headers })
    expect(admin.status).toBe(200)
  }
  expect((await send('proj_wrong')).status).toBe(401)
})

test('limits that are lifted hold no longer than a second', async () => {
  const { send, path } = await limited({ key: { per_minute: 1, burst: 1 }, project: null })
  expect([(await send()).status, (await send()).status]).toEqual([200, 429])
  const body = {
    retention_days: null,
    masking: { detectors: [], keys: [] },
    limits: { key: null, project: null },
  }
  await api.request('PUT', path, { key: 'dev-key', body })
  now += 1001
  expect((await send()).status).toBe(200)
})
