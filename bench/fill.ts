import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { whole } from './figures.ts'
import type { Part } from './fill-part.ts'
import type { Hub } from './hub.ts'

const DAYS = 29
const DAY_MS = 86_400_000
const SPANS = 20
/** As many traces of 10,000 spans as outgrow what the hub keeps of read trees: in turn, each read is a first one. */
const LARGE = [1000, ...Array.from({ length: 24 }, () => 10_000), 50_000]
const MOST_PARTS = 2

/** As many of the large traces as take at most a third of the spans. */
function largeOf(spans: number): number[] {
  let left = spans / 3
  return LARGE.filter((size) => {
    if (size > left) return false
    left -= size
    return true
  })
}

/** Adds up what a part says it has written. */
async function count(stream: ReadableStream<Uint8Array>, add: (spans: number) => void): Promise<void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) add(Number(line))
  }
}

async function run(part: Part, add: (spans: number) => void): Promise<void> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'fill-part.ts'), JSON.stringify(part)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await count(child.stdout, add)
  if ((await child.exited) !== 0) throw new Error('a part of the data could not be written')
}

const spansIn = async ({ database }: Hub): Promise<number> => {
  const [row] = await database.sql<{ spans: number }[]>`
    select coalesce(sum(total_spans), 0)::float8 spans from traces`
  return row?.spans ?? 0
}

/** Nobody else writes: statistics and visibility as autovacuum would leave them in the end. */
async function vacuum({ database }: Hub): Promise<number> {
  const started = performance.now()
  const own = database.dedicated('vacuum')
  await own`vacuum (analyze) traces, spans, span_events, log, rollups, rollup_marks`
  await own.end()
  return (performance.now() - started) / 1000
}

const MARKS_MS = 120_000
const PAUSE_MS = 200

/** What its writers left marked, the hub counts by itself; only the hour that is not over keeps its mark. */
async function untilCounted({ database }: Hub): Promise<void> {
  const started = performance.now()
  for (;;) {
    const [row] = await database.sql<{ left: number }[]>`
      select count(*)::int "left" from rollup_marks where hour < date_trunc('hour', now(), 'UTC')`
    const waited = performance.now() - started
    if (row?.left === 0 || waited > MARKS_MS) {
      if (row?.left) console.log(`still to be counted: ${whole(row.left)} marks of closed hours`)
      return
    }
    await Bun.sleep(PAUSE_MS)
  }
}

/**
 * Writes traces of the last days through the hub's own commit path, without HTTP, from as many processes as there are
 * cores for; nothing when the hub has spans already. Gives the number of spans there are.
 */
export async function fill(hub: Hub, spans: number, korean?: number): Promise<number> {
  const there = await spansIn(hub)
  if (there > 0) {
    console.log(`\nused again: ${whole(there)} spans in ${hub.data_dir}`)
    return there
  }
  const [project] = await hub.database.sql<{ project_no: number }[]>`
    select project_no from projects where is_default`
  if (!project) throw new Error('there is no default project')
  const large = korean === undefined ? largeOf(spans) : []
  const rest = spans - large.reduce((sum, size) => sum + size, 0)
  const until = Date.now()
  const parts = Math.min(MOST_PARTS, availableParallelism())
  const shared = {
    url: hub.database_url,
    data_dir: hub.data_dir,
    project_no: project.project_no,
    parts,
    large,
    ...(korean === undefined ? {} : { korean }),
  }
  const range = { traces: Math.floor(rest / SPANS), from: until - DAYS * DAY_MS, until }
  const started = performance.now()
  let written = 0
  let last = started
  const add = (more: number) => {
    written += more
    last = performance.now()
    if (process.stderr.isTTY) process.stderr.write(`\r${whole(written)} of ${whole(spans)} spans written `)
  }
  await Promise.all(Array.from({ length: parts }, (_, part) => run({ ...shared, ...range, part }, add)))
  if (process.stderr.isTTY) process.stderr.write('\n')
  const seconds = (last - started) / 1000
  await untilCounted(hub)
  const counted = (performance.now() - last) / 1000
  const vacuumed = await vacuum(hub)
  console.log(
    `\nfilled: ${whole(written)} spans of the last ${DAYS} days in ${seconds.toFixed(0)} s by ${parts} processes` +
      ` (${whole(written / seconds)} spans/s), their hours counted ${counted.toFixed(0)} s later,` +
      ` vacuum analyze ${vacuumed.toFixed(0)} s`,
  )
  return written
}
