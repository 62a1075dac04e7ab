import { LOCKS } from '#shared/store/locks.ts'
import { timeOfLogId } from '#shared/store/log-id.ts'
import { cpuOf, memoryOf } from './cpu.ts'
import { median, ms, printRows, printTable, quantile, whole } from './figures.ts'
import { fill } from './fill.ts'
import { startHub, type Hub } from './hub.ts'
import { prepare, send, type Shape } from './load.ts'
import type { Options } from './options.ts'
import { searchQuestions } from './search-questions.ts'

const KOREAN = 0.2
const REQUESTS = 100
/** A kind of search that takes longer is asked less often; the table says how often. */
const MOST_MS = 10_000
const ROUNDS = 3
const ROUND_REQUESTS = 1500
const LOOK_MS = 100
const SHAPE: Shape = {
  ...{ name: '20 x 2 KB, zstd', spans: 20, bytes: 2000, connections: 48, encoding: 'zstd' },
  about: { korean: KOREAN },
}

/** Nobody indexes while this runs: the hub's own indexer leaves alone what somebody else is at. */
async function withoutIndexer<T>({ database }: Hub, work: () => Promise<T>): Promise<T> {
  const [project] = await database.sql<{ project_no: number }[]>`
    select project_no from projects where is_default`
  const own = database.dedicated('bench')
  try {
    await own`select pg_advisory_lock(${LOCKS.search}::int, ${project?.project_no ?? 0}::int)`
    return await work()
  } finally {
    await own.end()
  }
}

/** For how long the oldest body has been waiting for the indexer, in ms. */
async function lagOf({ database }: Hub): Promise<number> {
  const [row] = await database.sql<
    { log_id: string | null }[]
  >`select min(log_id::text) log_id from search_queue`
  return row?.log_id ? Date.now() - timeOfLogId(row.log_id) / 1000 : 0
}

async function untilIndexed({ database }: Hub): Promise<void> {
  for (;;) {
    const [row] = await database.sql<[{ is_left: boolean }]>`select exists (select from search_queue) is_left`
    if (!row.is_left) return
    await Bun.sleep(LOOK_MS)
  }
}

/** Builds the index of what is there, and says what that cost and how large it is. */
async function build(hub: Hub, spans: number): Promise<void> {
  const before = cpuOf(hub.pid, hub.postmaster)
  const started = performance.now()
  await untilIndexed(hub)
  const seconds = (performance.now() - started) / 1000
  const after = cpuOf(hub.pid, hub.postmaster)
  const [size] = await hub.database.sql<[{ segments: number; packed: number; table: number }]>`
    select count(*)::int segments, coalesce(sum(bytes + length(unit_table) + length(sparse)), 0)::float8 packed,
      pg_total_relation_size('search_segments')::float8 "table" from search_segments`
  const us = (after.hub - before.hub) / spans
  const pg = (after.postgres - before.postgres) / spans
  console.log(
    `\nindexed in ${seconds.toFixed(0)} s (${whole(spans / seconds)} spans/s): hub ${us.toFixed(1)} + Postgres` +
      ` ${pg.toFixed(1)} = ${(us + pg).toFixed(1)} µs/span (≤ 35), ${whole(size.packed / spans)} B/span in` +
      ` ${size.segments} segments (≤ 200; with dead rows ${whole(size.table / spans)} B/span)\n`,
  )
}

async function ask(hub: Hub, count: number, traces: number): Promise<void> {
  printTable(
    ['search for', 'requests', 'p50 ms', 'p99 ms', 'max ms', 'hits, median', 'not complete', 'target ms'],
    [],
  )
  for (const { name, asked, limit } of searchQuestions(count, traces)) {
    const times: number[] = []
    const hits: number[] = []
    let incomplete = 0
    const late = performance.now() + MOST_MS
    for (const q of asked) {
      if (performance.now() > late) break
      const sent = performance.now()
      const response = await fetch(`${hub.api}/api/v1/search?${new URLSearchParams({ q })}`, {
        headers: { 'x-api-key': 'dev-key' },
      })
      // The answer of the search.
      const answer = (await response.json()) as { total: number; is_complete: boolean }
      times.push(performance.now() - sent)
      if (response.status !== 200) throw new Error(`${q} gave ${response.status}`)
      hits.push(answer.total)
      if (!answer.is_complete) incomplete++
    }
    const p99 = quantile(times, 0.99)
    const verdict = limit === undefined ? '–' : `p99 < ${limit}: ${p99 < limit ? 'ok' : 'over'}`
    const row = [ms(median(times)), ms(p99), ms(Math.max(...times)), whole(median(hits)), String(incomplete)]
    printRows([[name, String(times.length), ...row, verdict]])
  }
}

/** The same load without the indexer and with it, in turn; and how far it is behind then. */
async function besideIngest(hub: Hub, quick: boolean): Promise<void> {
  const without: number[] = []
  const with_it: number[] = []
  const lags: number[] = []
  const requests = quick ? 20 : ROUND_REQUESTS
  await send(hub.api, SHAPE, prepare(SHAPE, requests))
  for (let round = 0; round < (quick ? 1 : ROUNDS); round++) {
    await withoutIndexer(hub, async () => {
      without.push((await send(hub.api, SHAPE, prepare(SHAPE, requests))).spans_per_second)
    })
    await untilIndexed(hub)
    const bodies = prepare(SHAPE, requests)
    const timer = setInterval(() => void lagOf(hub).then((lag) => lags.push(lag)), LOOK_MS)
    with_it.push((await send(hub.api, SHAPE, bodies)).spans_per_second)
    clearInterval(timer)
    await untilIndexed(hub)
  }
  const ratio = median(with_it.map((rate, at) => rate / (without[at] ?? rate)))
  console.log(
    `\ningest ${whole(median(without))} spans/s without the indexer, ${whole(median(with_it))} with it: ${ratio.toFixed(2)}` +
      ` (≥ 0.6: ${ratio >= 0.6 ? 'ok' : 'under'}); behind by at most ${(Math.max(0, ...lags) / 1000).toFixed(1)} s (< 10)`,
  )
}

/** Builds the index of so many spans, searches in it, and takes spans in beside it. */
export async function benchSearch({ spans, keep, quick }: Options): Promise<void> {
  const hub = await startHub(keep)
  try {
    console.log('# search')
    const there = await withoutIndexer(hub, () => fill(hub, spans, KOREAN))
    await build(hub, there)
    const own = hub.database.dedicated('vacuum')
    await own`vacuum (analyze) search_segments, search_queue`
    await own.end()
    await ask(hub, quick ? 3 : REQUESTS, there / SHAPE.spans)
    console.log(`\nPSS of hub and Postgres after the searches: ${memoryOf(hub.pid, hub.postmaster)} MB`)
    await besideIngest(hub, quick)
  } finally {
    await hub.stop()
  }
}
