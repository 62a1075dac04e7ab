import { afterAll, expect, test } from 'bun:test'
import { migrate } from '#shared/store/migrate.ts'
import { testApi } from '#shared/testing/api.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { mintProject } from '#shared/testing/project.ts'
import { decide } from '../../decide/service.ts'
import { ingest } from '../../ingest/service.ts'
import { query } from '../../query/service.ts'

const fresh = await freshDatabase()
await migrate(fresh.database)
const deps = await testDeps(fresh.url)
const services = [await ingest(deps), await decide(deps), await query(deps)]
const api = testApi(
  deps,
  services.flatMap(({ routes }) => routes),
)
const { key } = await mintProject(api.fetch)
afterAll(async () => {
  for (const service of services.toReversed()) await service.stop()
  await deps.stop()
  await fresh.drop()
})

/** As after a failover whose old primary is a standby now: every session that there was is gone, and new ones only read. */
async function setReadOnly(is_on: boolean) {
  const { sql } = fresh.database
  const name = new URL(fresh.url).pathname.slice(1)
  await sql.begin('read write', async (tx) => {
    await (is_on
      ? tx`alter database ${tx(name)} set default_transaction_read_only = on`
      : tx`alter database ${tx(name)} set default_transaction_read_only = off`)
  })
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name} and pid <> pg_backend_pid()`
}

const record = () => {
  const start_time = new Date().toISOString()
  const span = { span_id: 's', trace_id: 't', name: 's', span_type: 'tool', start_time, idempotency_key: 's' }
  return api.request('POST', '/api/v1/ingest/traces', {
    key,
    body: { trace: { trace_id: 't', start_time }, spans: [span] },
  })
}
const decideOne = () =>
  api.request('POST', '/api/v1/decide', { key, body: { idempotency_key: 'k', input: 'a', output: 'b' } })

/** The first answer on connections that are made anew. */
async function again(ask: () => Promise<Response>): Promise<Response> {
  await ask()
  return ask()
}

test('a database that only reads is 503 for what writes, questions go on, and a repeat is stored once it writes again', async () => {
  await setReadOnly(true)
  for (const ask of [record, decideOne]) {
    const refused = await again(ask)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    // Every error of the hub is a JSON object.
    expect(((await refused.json()) as { code: string }).code).toBe('storage_unavailable')
  }
  expect((await again(() => api.request('GET', '/api/v1/traces', { key }))).status).toBe(200)
  await setReadOnly(false)
  for (const ask of [record, decideOne]) {
    for (let tries = 0; (await ask()).status !== 200; tries++) expect(tries).toBeLessThan(20)
  }
  const [row] = await fresh.database.sql<[{ spans: number; decisions: number }]>`
    select (select count(*)::int from spans where span_type = 'tool') as spans, (select count(*)::int from decisions) as decisions`
  expect(row).toEqual({ spans: 1, decisions: 1 })
})
