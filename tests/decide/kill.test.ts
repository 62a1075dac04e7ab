import { expect, test } from 'bun:test'
import { openDatabase } from '#shared/store/connect.ts'
import { jsonLog } from '#shared/log.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { hubDataDir, spawnHub } from '#shared/testing/spawn-hub.ts'
import { until } from '#shared/testing/until.ts'

type Answer = { decision: Record<string, unknown> }

const post = async (api: string, body: object): Promise<Answer> => {
  const response = await fetch(`${api}/api/v1/decide`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'dev-key' },
    body: JSON.stringify(body),
  })
  if (response.status !== 200) throw new Error(`answered ${response.status}: ${await response.text()}`)
  // Every 200 of the operation has a decision.
  return (await response.json()) as Answer
}

test('kill -9 between the commit and the answer: the repeat gets the one decision that was made', async () => {
  const empty = await freshDatabase()
  const data_dir = hubDataDir()
  const start = () => spawnHub({ data_dir, env: { DATABASE_URL: empty.url } })
  let hub = await start()
  const watch = openDatabase(empty.url, jsonLog())
  const made = async () => {
    const rows = await watch.sql<{ decision_id: string }[]>`select decision_id from decisions`
    return rows.map(({ decision_id }) => decision_id)
  }
  try {
    const body = { idempotency_key: 'the one', input: 'my ssn?', output: 'No.' }
    // Stopped by a trigger that waits after its row is in, the commit goes through while nobody listens any more.
    await watch.sql`
      create function hold() returns trigger language plpgsql as $$
        begin perform pg_advisory_xact_lock(77); return null; end $$`
    await watch.sql`
      create constraint trigger hold after insert on decisions deferrable initially deferred
        for each row execute function hold()`
    const locker = watch.dedicated('locker')
    await locker`select pg_advisory_lock(77)`
    const answer = post(hub.api, body).catch(() => null)
    await until('the commit is under way', async () => {
      const [row] = await watch.sql<{ waits: number }[]>`
        select count(*)::int as waits from pg_locks where locktype = 'advisory' and objid = 77 and not granted`
      return row?.waits === 1
    })
    hub.kill('SIGKILL')
    await hub.exited
    await locker`select pg_advisory_unlock(77)`
    expect(await answer).toBeNull()
    await until('the commit went through', async () => (await made()).length === 1)
    hub = await start()
    const { decision } = await post(hub.api, body)
    expect([decision['id']]).toEqual(await made())
    const [counted] = await watch.sql<{ logs: number; traces: number; cases: number }[]>`
      select (select count(*)::int from log) as logs, (select count(*)::int from traces) as traces,
        (select count(*)::int from cases) as cases`
    expect(counted).toEqual({ logs: 1, traces: 1, cases: 1 })
  } finally {
    hub.kill('SIGTERM')
    await hub.exited
    await watch.stop()
    await empty.drop()
  }
}, 60_000)
