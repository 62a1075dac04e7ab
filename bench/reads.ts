import { memoryOf } from './cpu.ts'
import { ms, printRows, printTable, quantile, whole } from './figures.ts'
import { fill } from './fill.ts'
import { startHub, type Hub } from './hub.ts'
import type { Options } from './options.ts'
import { questions, type Question } from './questions.ts'

const REQUESTS = 200
const SETTLE_MS = 3000
const WARM_UP_MS = 10_000
/** A question that takes longer is asked less often; the table says how often. */
const MOST_MS = 60_000

type Pass = { times: number[]; bytes: number; missing: boolean }

/** Asks each URL once, one after the other, for at most so long; a hub without the endpoint answers 404. */
async function ask(urls: string[], limit_ms = MOST_MS): Promise<Pass> {
  const pass: Pass = { times: [], bytes: 0, missing: false }
  const late = performance.now() + limit_ms
  for (const url of urls) {
    const sent = performance.now()
    if (sent > late) break
    const response = await fetch(url, { headers: { 'x-api-key': 'dev-key' } })
    const answer = await response.arrayBuffer()
    pass.times.push(performance.now() - sent)
    if (response.status === 404) return { ...pass, missing: true }
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`)
    pass.bytes = Math.max(pass.bytes, answer.byteLength)
  }
  return pass
}

/** The warm times, as many as asked for; answers that are shared are waited out. */
async function askWarm({ urls, pause_ms }: Question, count: number): Promise<Pass> {
  if (pause_ms === undefined) return await ask(urls)
  const all: Pass = { times: [], bytes: 0, missing: false }
  while (all.times.length < count) {
    await Bun.sleep(pause_ms)
    const { times, bytes } = await ask(urls)
    all.times.push(...times)
    all.bytes = Math.max(all.bytes, bytes)
  }
  return all
}

function rowOf(name: string, { times, bytes }: Pass, { limit, of_median }: Partial<Question>): string[] {
  const p99 = quantile(times, 0.99)
  const [promised, measured] = of_median ? ['p50', quantile(times, 0.5)] : ['p99', p99]
  const target = limit === undefined ? '–' : `${promised} < ${limit}: ${measured < limit ? 'ok' : 'over'}`
  const size = `${whole(bytes / 1024)} KB`
  return [name, String(times.length), ms(quantile(times, 0.5)), ms(p99), ms(Math.max(...times)), size, target]
}

/** Rows for the table, or why there is none. */
async function measure(question: Question, count: number): Promise<string[][] | string> {
  const { name, urls, with_cold } = question
  if (urls.length === 0) return `not measured: ${name} (the data has no such trace)`
  const cold = await ask(urls, with_cold ? MOST_MS : WARM_UP_MS)
  if (cold.missing) return `not measured: ${name} (this hub has no such endpoint)`
  const warm = await askWarm(question, count)
  return [
    ...(with_cold ? [rowOf(`${name}, not decoded yet`, cold, {})] : []),
    rowOf(with_cold ? `${name}, again` : name, warm, question),
  ]
}

/** Measures everything, each row printed when it is there: at many spans this takes a while. */
async function measureAll(hub: Hub, count: number): Promise<void> {
  const left_out: string[] = []
  printTable(['question', 'requests', 'p50 ms', 'p99 ms', 'max ms', 'largest answer', 'target ms'], [])
  for (const question of await questions(hub, count)) {
    const measured = await measure(question, count)
    if (typeof measured === 'string') left_out.push(measured)
    else printRows(measured)
  }
  if (left_out.length > 0) console.log(`\n${left_out.join('\n')}`)
}

/** Bytes on disk for each span, indexes and all, of the tables that grow with the spans. */
async function sizes({ database }: Hub, spans: number): Promise<void> {
  const rows = await database.sql<{ name: string; heap: number; indexes: number; total: number }[]>`
    with leaves as (
      select root.relname as name, leaf.relid
      from pg_class root cross join lateral pg_partition_tree(root.oid) leaf
      where root.relname in ('log', 'spans', 'span_events')
      union all
      select relname, oid from pg_class where relname = 'traces')
    select name, sum(pg_table_size(relid))::float8 as heap, sum(pg_indexes_size(relid))::float8 as indexes,
      sum(pg_total_relation_size(relid))::float8 as total
    from leaves group by 1 order by 4 desc`
  const per = (bytes: number) => whole(bytes / spans)
  const sum = rows.reduce((bytes, { total }) => bytes + total, 0)
  console.log('')
  printTable(
    ['table', 'rows and bodies, B/span', 'indexes, B/span', 'together, B/span'],
    [
      ...rows.map(({ name, heap, indexes, total }) => [name, per(heap), per(indexes), per(total)]),
      ['all', '', '', per(sum)],
    ],
  )
}

/** Reads over HTTP, one after the other, at so many spans. */
export async function benchReads({ spans, keep, quick }: Options): Promise<void> {
  const hub = await startHub(keep)
  try {
    console.log('# reads')
    const there = await fill(hub, spans)
    const count = quick ? 3 : REQUESTS
    await Bun.sleep(quick ? 0 : SETTLE_MS)
    console.log(`\n${whole(there)} spans, warm, one request after the other\n`)
    await measureAll(hub, count)
    await sizes(hub, there)
    console.log(`\nPSS of hub and Postgres after the reads: ${memoryOf(hub.pid, hub.postmaster)} MB\n`)
  } finally {
    await hub.stop()
  }
}
