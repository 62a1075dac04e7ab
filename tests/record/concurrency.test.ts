import { afterAll, expect, test } from 'bun:test'
import { migrate } from '#shared/store/migrate.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { testApi } from '#shared/testing/api.ts'
import { mintProject } from '#shared/testing/project.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { ingest } from '../../ingest/service.ts'
import { contend } from '../../bench/contention/contend.ts'

const ROUNDS = 2

const fresh = await freshDatabase()
await migrate(fresh.database)
const deps = await testDeps(fresh.url)
const service = await ingest(deps)
const api = testApi(deps, service.routes)
afterAll(async () => {
  await service.stop()
  await deps.stop()
  await fresh.drop()
})

test('four processes on one hot trace, while days come and go: every counter is its recount, nothing is lost', async () => {
  const done = await contend(deps, (rounds) => rounds < ROUNDS)
  expect(done.wrong).toEqual([])
  expect([done.rounds, done.exits]).toEqual([ROUNDS, [0, 0, 0, 0]])
  // The days that were dropped under the writers cost retries at most.
  expect(done.dropped).toBeGreaterThan(0)
  expect(done.deadlocks).toBe(0)
  expect(done.log).not.toContain('40P01')
}, 60_000)

test('a repeat that meets a day half taken away is a duplicate, and no error that makes a client drop its data', async () => {
  const project = await mintProject(api.fetch)
  const start_time = new Date().toISOString()
  const span = { span_id: 's', trace_id: 't', name: 's', start_time, idempotency_key: 'k' }
  const body = { trace: { trace_id: 't', start_time }, spans: [span] }
  const send = async () => api.request('POST', '/api/v1/ingest/traces', { key: project.key, body })
  expect((await send()).status).toBe(200)
  const leaf = `spans_${start_time.slice(0, 10).replaceAll('-', '')}`
  // As between the two steps of retention: the rows are there, and the parent does not show them.
  const { sql } = deps.database
  await sql`alter table spans detach partition ${sql(leaf)}`
  const again = await send()
  expect([again.status, await again.json()]).toMatchObject([
    200,
    { accepted: 0, duplicates: 1, rejected: [] },
  ])
})
