import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unitAt, unitCount } from '#shared/search/segment.ts'
import { LOCKS } from '#shared/store/locks.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { spawnService } from '#shared/testing/spawn-service.ts'
import { until } from '#shared/testing/until.ts'

const KEY = { 'x-api-key': 'dev-key', 'content-type': 'application/json' }
const BODIES = 30
const SPANS = 8
/** How long after an indexer was seen at work it is killed: from its first statements to its merges. */
const KILLED_AFTER_MS = [0, 8, 20, 40, 70, 120]

const own = await freshDatabase()
const data_dir = mkdtempSync(join(tmpdir(), 'hub-test-search-'))
afterAll(async () => {
  await own.drop()
  rmSync(data_dir, { recursive: true, force: true })
})
const env = { HUB_DATA_DIR: data_dir, DATABASE_URL: own.url }
const { sql } = own.database

/** Some requests of one trace each; all spans say one word, and each says one that no other does. */
async function tell(url: string, from: number): Promise<void> {
  const time = new Date().toISOString()
  for (let body = from; body < from + BODIES; body++) {
    const trace_id = `trace-${body}`
    const spans = Array.from({ length: SPANS }, (_, index) => ({
      ...{ span_id: `s${index}`, trace_id, name: 'step', start_time: time, end_time: time },
      ...{
        idempotency_key: `k${index}`,
        input: `refund own${body}x${index} ${'환불 policy of orders '.repeat(200)}`,
      },
    }))
    const sent = JSON.stringify({ trace: { trace_id, start_time: time }, spans })
    const answer = await fetch(`${url}/api/v1/ingest/traces`, { method: 'POST', headers: KEY, body: sent })
    expect(answer.status).toBe(200)
  }
}

/** Bodies by how often each item stands in a segment, and those that wait. */
async function look() {
  const rows = await sql.begin('isolation level repeatable read', async (tx) => ({
    stored: await tx<{ log_id: string }[]>`select log_id from log where body is not null`,
    waiting: await tx<{ log_id: string }[]>`select distinct log_id from search_queue`,
    segments: await tx<{ units: Uint8Array }[]>`select unit_table units from search_segments`,
  }))
  const places = rows.segments.flatMap(({ units }) =>
    Array.from({ length: unitCount(units) }, (_, number) => {
      const { log_id, first } = unitAt(units, number)
      return { log_id, place: `${log_id} ${first}` }
    }),
  )
  const indexed = new Set(places.map(({ log_id }) => log_id))
  const waiting = new Set(rows.waiting.map(({ log_id }) => log_id))
  return {
    lost: rows.stored.filter(({ log_id }) => !indexed.has(log_id) && !waiting.has(log_id)).length,
    both: [...waiting].filter((log_id) => indexed.has(log_id)).length,
    twice: places.length - new Set(places.map(({ place }) => place)).size,
    waiting: waiting.size,
    segments: rows.segments.length,
  }
}

const isIndexing = async (): Promise<boolean> => {
  const held = await sql`select from pg_locks where locktype = 'advisory' and classid = ${LOCKS.search}`
  return held.count > 0
}

async function search(url: string, q: string, cursor?: string): Promise<string[]> {
  const query = new URLSearchParams({ q, limit: '100', ...(cursor === undefined ? {} : { cursor }) })
  const answer = await fetch(`${url}/api/v1/search?${query}`, { headers: KEY })
  // The answer of the search.
  const { items, next_cursor } = (await answer.json()) as {
    items: { trace: { id: string }; hits: { span_id: string }[] }[]
    next_cursor: string | null
  }
  const found = items.flatMap(({ trace, hits }) => hits.map(({ span_id }) => `${trace.id}/${span_id}`))
  return next_cursor === null ? found : [...found, ...(await search(url, q, next_cursor))]
}

test('kill -9 of the indexer at any point: no body is lost to a search, none stands in the index twice', async () => {
  const query = await spawnService('query', env)
  afterAll(() => query.kill('SIGKILL'))
  let bodies = 0
  for (const after_ms of KILLED_AFTER_MS) {
    const ingest = await spawnService('ingest', env)
    await tell(ingest.url, bodies)
    bodies += BODIES
    await until('the indexer is at work', async () => (await isIndexing()) || (await look()).waiting === 0)
    await Bun.sleep(after_ms)
    ingest.kill('SIGKILL')
    await ingest.exited
    expect(await look()).toMatchObject({ lost: 0, both: 0, twice: 0 })
    expect(await search(query.url, `own${bodies - 1}x3`)).toEqual([`trace-${bodies - 1}/s3`])
  }
  const ingest = await spawnService('ingest', env)
  afterAll(() => ingest.kill('SIGKILL'))
  // It rests in between, and the machine may be busy: the test's own time is the limit.
  while ((await look()).waiting > 0) await Bun.sleep(100)
  expect(await look()).toMatchObject({ lost: 0, both: 0, twice: 0 })
  expect((await look()).segments).toBeGreaterThan(0)
  const found = await search(query.url, 'refund')
  expect(new Set(found).size).toBe(bodies * SPANS)
  expect(found).toHaveLength(bodies * SPANS)
  expect(await search(query.url, 'own0x0')).toEqual(['trace-0/s0'])
}, 120_000)
