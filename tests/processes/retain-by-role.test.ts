import { afterAll, expect, test } from 'bun:test'
import { migrate } from '#shared/store/migrate.ts'
import { applyRoles } from '#shared/store/roles/apply-roles.ts'
import { testApi } from '#shared/testing/api.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { ROLE_PASSWORDS, urlOf } from '#shared/testing/role-urls.ts'
import { ingest } from '../../ingest/service.ts'
import { retain } from '../../ingest/upkeep/retain.ts'

const fresh = await freshDatabase()
await migrate(fresh.database)
await applyRoles(fresh.database, ROLE_PASSWORDS)
afterAll(fresh.drop)

test('retention, with the days that it drops and sweeps, is what the role of ingest may do', async () => {
  const deps = await testDeps(urlOf(fresh.url, 'ingest'))
  const service = await ingest(deps)
  const { request } = testApi(deps, service.routes)
  const now = Date.now()
  const trace = { trace_id: 'old', status: 'success', start_time: new Date(now).toISOString() }
  const sent = await request('POST', '/api/v1/ingest/traces', { key: 'dev-key', body: { trace } })
  expect(sent.status).toBe(200)
  deps.setClock(now + 40 * 86_400_000)
  const done = await retain(deps)
  expect(done?.traces).toBe(1)
  expect(done?.leaves.length).toBeGreaterThan(20)
  expect(deps.logged.filter((line) => line.includes('permission denied'))).toEqual([])
  await service.stop()
  await deps.stop()
})
