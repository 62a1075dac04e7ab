import { afterAll, expect, test } from 'bun:test'
import { createPolicy } from '#shared/contract/policies.ts'
import { call } from '#shared/http/call.ts'
import { migrate } from '#shared/store/migrate.ts'
import { applyRoles } from '#shared/store/roles/apply-roles.ts'
import { testApi } from '#shared/testing/api.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { mintProject } from '#shared/testing/project.ts'
import { ROLE_PASSWORDS, urlOf } from '#shared/testing/role-urls.ts'
import { decide } from '../../decide/service.ts'
import { tellStale } from '../../ingest/record/tell-stale.ts'
import { ingest } from '../../ingest/service.ts'
import { erase } from '../../ingest/upkeep/erase.ts'

const fresh = await freshDatabase()
await migrate(fresh.database)
await applyRoles(fresh.database, ROLE_PASSWORDS)
const [recording, deciding] = [
  await testDeps(urlOf(fresh.url, 'ingest')),
  await testDeps(urlOf(fresh.url, 'decide')),
]
const services = [await ingest(recording), await decide(deciding)]
afterAll(async () => {
  for (const service of services) await service.stop()
  await recording.stop()
  await deciding.stop()
  await fresh.drop()
})

const api = testApi(
  recording,
  services.flatMap(({ routes }) => routes),
)

test('the role of ingest may take what a case is grouped by, and what people wrote stays', async () => {
  const { project_id, key } = await mintProject(api.fetch)
  const rules = [
    { id: 'all', when: 'true', then: 'ESCALATE', case: { group_by: ['request.user'] }, reason: 'LOOK' },
  ]
  const policy = { name: 'p', active: true, definition: { version: 2, rules } }
  await call(api.fetch, 'http://localhost', createPolicy, { body: policy }, { 'x-api-key': key })
  const body = {
    idempotency_key: 'k',
    trace_id: 'gone',
    input: 'a',
    output: 'b',
    request_payload: { user: 'kim' },
  }
  const trace = { trace_id: 'gone', name: 'chat', start_time: new Date().toISOString() }
  const recorded = await api.request('POST', '/api/v1/ingest/traces', { key, body: { trace } })
  expect(recorded.status).toBe(200)
  expect((await api.request('POST', '/api/v1/decide', { key, body })).status).toBe(200)
  const [made] = await fresh.database.sql<{ case_id: string }[]>`select case_id from cases`
  const comment = { comment: 'kim has called' }
  const commented = await api.request('POST', `/api/v1/cases/${made?.case_id}/comment`, {
    key,
    body: comment,
  })
  expect(commented.status).toBe(200)
  await erase(recording, { project_id, trace_id: 'gone', actor: 'operator' })
  const rows = await fresh.database.sql<{ grouping: unknown; occurrences: number; comments: string[] }[]>`
    select grouping, occurrences::int, (
      select array_agg(comment) from case_history h where h.case_id = c.case_id and comment is not null) comments
    from cases c`
  expect([...rows]).toEqual([{ grouping: {}, occurrences: 1, comments: ['kim has called'] }])
})

test('the role of ingest may tell of traces that have gone quiet', async () => {
  const { key } = await mintProject(api.fetch)
  const now = Date.now()
  recording.setClock(now)
  await tellStale(recording)
  const at = { start_time: new Date(now).toISOString() }
  const span = { trace_id: 'quiet', span_id: 's', name: 's', span_type: 'llm', idempotency_key: 'a', ...at }
  const sent = { trace: { trace_id: 'quiet', name: 'chat', ...at }, spans: [span] }
  expect((await api.request('POST', '/api/v1/ingest/traces', { key, body: sent })).status).toBe(200)
  recording.setClock(now + 31 * 60_000)
  expect(await tellStale(recording)).toBe(1)
})
