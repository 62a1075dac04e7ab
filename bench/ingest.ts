import { cpuOf, memoryOf, usedBy } from './cpu.ts'
import { median, ms, printTable, quantile, waits, whole } from './figures.ts'
import { rawCopy } from './floor.ts'
import { measureFreshness, type Freshness } from './freshness.ts'
import { startHub, type Hub } from './hub.ts'
import { startJsonFloor, type JsonFloor } from './json-floor.ts'
import { prepare, send, type Load, type Shape } from './load.ts'
import type { Options } from './options.ts'

const FLOOR_REQUESTS = 300
const SETTLE_MS = 3000
const FRESH_SECONDS = 8

const big = { spans: 20, bytes: 2000, connections: 48, requests: 1200 }
const main = { ...big, name: '20 x 2 KB, zstd', encoding: 'zstd' as const }
const SHAPES: (Shape & { requests: number })[] = [
  main,
  { ...big, name: '20 x 2 KB, identity', encoding: 'identity' },
  {
    name: '1 x 300 B, identity',
    spans: 1,
    bytes: 300,
    connections: 64,
    encoding: 'identity',
    requests: 6000,
  },
]

type Round = Load & { hub_us: number; postgres_us: number; floor: Load; floor_us: number }

/** The same bodies to the bare server, then to the hub. */
async function measure(hub: Hub, bare: JsonFloor, shape: Shape, requests: number): Promise<Round> {
  const bodies = prepare(shape, requests)
  const floor_before = usedBy(bare.pid)
  const floor = await send(bare.url, shape, bodies)
  const floor_us = (usedBy(bare.pid) - floor_before) / floor.spans
  const before = cpuOf(hub.pid, hub.postmaster)
  const load = await send(hub.api, shape, bodies)
  const after = cpuOf(hub.pid, hub.postmaster)
  return {
    ...load,
    floor,
    floor_us,
    hub_us: (after.hub - before.hub) / load.spans,
    postgres_us: (after.postgres - before.postgres) / load.spans,
  }
}

type Measured = { floors: number[]; rounds: Map<string, Round[]> }

/** Interleaved rounds of floors and hub in one run: ratios hold when the machine's speed drifts, single figures do not. */
async function measureRounds(hub: Hub, bare: JsonFloor, { rounds, quick }: Options): Promise<Measured> {
  const scale = quick ? 0.02 : 1
  const measured: Measured = { floors: [], rounds: new Map(SHAPES.map(({ name }) => [name, []])) }
  for (const shape of SHAPES) await send(hub.api, shape, prepare(shape, shape.connections * (quick ? 1 : 4)))
  for (let round = 0; round < rounds; round++) {
    measured.floors.push((await rawCopy(hub.database.sql, FLOOR_REQUESTS * scale)).spans_per_second)
    for (const shape of SHAPES) {
      measured.rounds.get(shape.name)?.push(await measure(hub, bare, shape, shape.requests * scale))
    }
  }
  return measured
}

const verdict = (isWithin: boolean) => (isWithin ? 'ok' : 'over')

function reportRounds({ floors, rounds }: Measured): void {
  const copy = median(floors)
  console.log(`\nraw server-side COPY, 20 x 2 KB: ${whole(copy)} spans/s, median of ${floors.length}\n`)
  const rows = [...rounds].map(([name, list]) => {
    const of = (pick: (round: Round) => number) => median(list.map(pick))
    const us = (pick: (round: Round) => number) => of(pick).toFixed(1)
    // Of each round with its own floor: the two ran one after the other.
    const to_copy = median(list.map((round, index) => round.spans_per_second / (floors[index] ?? copy)))
    const to_json = of(({ spans_per_second, floor }) => spans_per_second / floor.spans_per_second)
    return [
      name,
      whole(of((round) => round.spans_per_second)),
      name.startsWith('20') ? to_copy.toFixed(2) : '–',
      name === main.name ? `≥ 0.65, at least 0.55: ${verdict(to_copy >= 0.55)}` : '–',
      `${whole(of(({ floor }) => floor.spans_per_second))}, ${to_json.toFixed(2)}`,
      [us((round) => round.hub_us), us((round) => round.postgres_us), us((round) => round.client_us)].join(
        ' + ',
      ),
      [us((round) => round.floor_us), us(({ floor }) => floor.client_us)].join(' + '),
      `${ms(of((round) => round.p50_ms))} / ${ms(of((round) => round.p99_ms))}`,
    ]
  })
  const head = ['request', 'spans/s', 'ratio to COPY', 'target', 'HTTP + JSON spans/s, ratio to it']
  head.push('CPU µs/span hub + Postgres + client', 'of HTTP + JSON server + client', 'answer p50 / p99 ms')
  printTable(head, rows)
}

function reportFreshness(when: string, fresh: Freshness, limit: number): string[] {
  const worst = Math.max(quantile(fresh.list, 0.99), quantile(fresh.trace, 0.99))
  const target = `p99 < ${limit}: ${verdict(worst < limit)}`
  return [when, String(fresh.list.length), waits(fresh.list), waits(fresh.trace), target]
}

/** How soon a trace is seen, while the hub has all it can take and while it has half of that. */
async function freshness(hub: Hub, { rounds }: Measured, quick: boolean): Promise<void> {
  const per_second = median((rounds.get(main.name) ?? []).map((round) => round.spans_per_second)) / main.spans
  const seconds = quick ? 0.5 : FRESH_SECONDS
  const full = prepare(main, Math.ceil(per_second * seconds))
  const saturated = await measureFreshness(hub.api, () => send(hub.api, main, full))
  const half = prepare(main, Math.ceil((per_second / 2) * seconds))
  const halved = await measureFreshness(hub.api, () => send(hub.api, main, half, per_second / 2))
  console.log('\nfreshness, from POST sent to the answer that shows the trace\n')
  printTable(
    ['load', 'traces', 'list p50 / p99 ms', 'trace p50 / p99 ms', 'target ms'],
    [
      reportFreshness('all it takes', saturated, 250),
      reportFreshness(`half, ${whole(per_second / 2)} requests/s`, halved, 50),
    ],
  )
}

/** Ingest beside its two floors, freshness, CPU and memory, over a hub of its own. */
export async function benchIngest(options: Options): Promise<void> {
  const hub = await startHub()
  const bare = await startJsonFloor()
  try {
    await Bun.sleep(options.quick ? 0 : SETTLE_MS)
    const idle = memoryOf(hub.pid, hub.postmaster)
    console.log(`# ingest, ${options.rounds} interleaved rounds, all processes on the same cores`)
    console.log(`\nidle PSS of hub and Postgres: ${idle} MB (target ≤ 250: ${verdict(idle <= 250)})`)
    const measured = await measureRounds(hub, bare, options)
    reportRounds(measured)
    await freshness(hub, measured, options.quick)
    console.log(`\nPSS after the load: ${memoryOf(hub.pid, hub.postmaster)} MB\n`)
  } finally {
    await bare.stop()
    await hub.stop()
  }
}
