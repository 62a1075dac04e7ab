import { afterAll, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '#shared/store/migrate.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { spawnHub } from '#shared/testing/spawn-hub.ts'

const MIGRATIONS = join(import.meta.dir, '../../migrations')

/** The migrations of a release to come: those that there are, and one that adds. */
function nextRelease(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hub-test-release-'))
  cpSync(MIGRATIONS, folder, { recursive: true })
  const number = readdirSync(folder).filter((name) => name.endsWith('.sql')).length + 1
  const text = `
    create table next_things (id integer primary key);
    alter table traces add column next_word text;
    alter table spans add column next_number integer not null default 0;
    alter table decisions add column next_flag boolean;`
  writeFileSync(join(folder, `${String(number).padStart(4, '0')}_next.sql`), text)
  return folder
}

const folder = nextRelease()
const fresh = await freshDatabase()
afterAll(async () => {
  await fresh.drop()
  rmSync(folder, { recursive: true })
})

test('a hub that runs goes on over the schema of the next release, and one that starts refuses it in one line', async () => {
  const env = { DATABASE_URL: fresh.url }
  const hub = await spawnHub({ env })
  const post = async (path: string, body: object) => {
    const headers = { 'x-api-key': 'dev-key', 'content-type': 'application/json' }
    return fetch(`${hub.api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  const say = async (trace_id: string) => {
    const span = {
      span_id: 's',
      trace_id,
      name: 'step',
      start_time: new Date().toISOString(),
      idempotency_key: 's',
    }
    const trace = { trace_id, start_time: span.start_time, output_text: 'fine' }
    const sent = await post('/api/v1/ingest/traces', { trace, spans: [span] })
    const decided = await post('/api/v1/decide', { trace_id, idempotency_key: trace_id })
    const shown = await fetch(`${hub.api}/api/v1/traces/${trace_id}`, { headers: { 'x-api-key': 'dev-key' } })
    return [sent.status, decided.status, shown.status]
  }
  expect(await say('before')).toEqual([200, 200, 200])
  await migrate(fresh.database, () => {}, folder)
  expect(await say('after')).toEqual([200, 200, 200])
  const older = await spawnHub({ env })
  expect(await older.exited).toBe(1)
  expect(older.output.err).toMatch(
    /_next\.sql, which this version of the hub does not know: start the newer version/,
  )
  expect(await say('still')).toEqual([200, 200, 200])
  hub.kill('SIGTERM')
  expect(await hub.exited).toBe(0)
}, 60_000)
