import { LLMTraceClient } from '../sdk/typescript/src/index.ts'

/** What tracing costs the code that is traced, and what it holds while the hub is away: `bun bench/sdk.ts [--seconds N]`. */

const SPANS = 20_000
const ROUNDS = 5
const RATE_PER_SECOND = 500
const MOST_GROWTH = 32 * 1024 * 1024

const seconds_at = process.argv.indexOf('--seconds')
const SECONDS = seconds_at > 0 ? Number(process.argv[seconds_at + 1]) : 600

/** With the hub there, before it goes away. */
const WARM_SECONDS = Math.min(30, SECONDS)

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const MESSAGES = [{ role: 'user', content: 'Where is my order? '.repeat(50) }]
const quiet = { exitTimeoutMs: 0, onWarning: () => {} }

/** A hub that takes everything at once, so that only the caller's side is seen. */
const taking = () =>
  new LLMTraceClient({
    ...quiet,
    maxQueueBytes: 256 * 1024 * 1024,
    fetch: () => Promise.resolve(Response.json({ accepted: 1, duplicates: 0, rejected: [] })),
  })

type Case = { name: string; open: () => { run: (n: number) => unknown; end: () => Promise<void> } }

const done = () => Promise.resolve()
const work = (n: number) => n + 1

const CASES: Case[] = [
  { name: 'a bare function call', open: () => ({ run: work, end: done }) },
  {
    name: 'startSpan, endSpan',
    open: () => {
      const hub = taking()
      hub.startTrace({ name: 'bench' })
      const run = (n: number) => {
        hub.startSpan('span', { spanType: 'tool' })
        const value = work(n)
        hub.endSpan()
        return value
      }
      return { run, end: () => hub.shutdown() }
    },
  },
  {
    name: 'span(name, fn), no payload',
    open: () => {
      const hub = taking()
      const trace = hub.trace('bench')
      return { run: (n) => trace.span('span', () => work(n)), end: () => hub.shutdown() }
    },
  },
  {
    name: 'span(name, {1 KB of messages}, fn), usage',
    open: () => {
      const hub = taking()
      const trace = hub.trace('bench')
      const usage = { model: 'gpt-4.1-mini', inputTokens: 100, outputTokens: 20 }
      const run = (n: number) => trace.span('llm', { type: 'llm', input: MESSAGES, usage }, () => work(n))
      return { run, end: () => hub.shutdown() }
    },
  },
  {
    name: 'observe(fn)',
    open: () => {
      const hub = taking()
      const observed = hub.observe(work)
      return { run: (n) => hub.trace('t', () => observed(n)), end: () => hub.shutdown() }
    },
  },
  {
    name: 'startLanggraphNode with its source, endLanggraphNode',
    open: () => {
      const hub = taking()
      hub.startLanggraphRun({ graphName: 'bench' })
      const run = (n: number) => {
        hub.startLanggraphNode({ nodeId: 'node' })
        const value = work(n)
        hub.endLanggraphNode({ nodeId: 'node' })
        return value
      }
      return { run, end: () => hub.shutdown() }
    },
  },
]

type Cost = { wall: number; cpu: number }

/** Microseconds per call, wall and CPU, in turns of 200 with the event loop let in between, as in a server. */
async function measure({ open }: Case): Promise<Cost> {
  const { run, end } = open()
  const sum = { wall: 0, cpu: 0 }
  for (let n = 0; n < SPANS; n += 200) {
    const [began, used] = [performance.now(), process.cpuUsage()]
    for (let m = 0; m < 200; m++) run(n + m)
    const { user, system } = process.cpuUsage(used)
    sum.wall += (performance.now() - began) * 1000
    sum.cpu += user + system
    await new Promise((resolve) => setImmediate(resolve))
  }
  await end()
  return { wall: sum.wall / SPANS, cpu: sum.cpu / SPANS }
}

async function cost(): Promise<void> {
  const results = new Map(CASES.map(({ name }) => [name, [] as Cost[]]))
  for (const each of CASES) await measure(each)
  for (let round = 0; round < ROUNDS; round++)
    for (const each of CASES) results.get(each.name)?.push(await measure(each))
  console.log(
    `cost in the caller, µs per call: median and worst of ${ROUNDS} rounds of ${SPANS}, and the CPU of the process`,
  )
  for (const [name, costs] of results) {
    const walls = costs.map(({ wall }) => wall)
    const figures = [median(walls), Math.max(...walls), median(costs.map(({ cpu }) => cpu))]
    console.log(`${name.padEnd(56)} ${figures.map((figure) => figure.toFixed(2).padStart(8)).join(' ')}`)
  }
}

const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1)

/** An app at its rate, for so many seconds; the most memory that the process had meanwhile. */
async function workFor(hub: LLMTraceClient, seconds: number): Promise<number> {
  let most = 0
  for (let tick = 0; tick < seconds * 10; tick++) {
    // A trace is two items: its header and its root span.
    for (let n = 0; n < RATE_PER_SECOND / 10 / 2; n++) hub.trace('t', { input: MESSAGES }, () => 'answer')
    await Bun.sleep(seconds >= 30 ? 100 : 1)
    most = Math.max(most, process.memoryUsage.rss())
  }
  return most
}

/**
 * Holds a hub down for so long; whether memory kept its bound and each item is accounted for. What the process takes with the
 * hub there, when its code is warm, is what the growth is counted from.
 */
async function away(): Promise<boolean> {
  let is_away = false
  let told = 0
  const hub = new LLMTraceClient({
    ...quiet,
    onDrop: ({ items }) => void (told += items),
    fetch: () =>
      is_away
        ? Promise.reject(new Error('connection refused'))
        : Promise.resolve(Response.json({ accepted: 1, duplicates: 0, rejected: [] })),
  })
  const before = await workFor(hub, WARM_SECONDS)
  await hub.flush()
  const { recorded: earlier, acknowledged: of_earlier } = hub.stats()
  is_away = true
  const most = (await workFor(hub, SECONDS)) - before
  const { recorded, dropped, pending, pendingBytes } = hub.stats()
  console.log(
    `hub away, ${RATE_PER_SECOND} events/s for ${SECONDS} s: ${recorded - earlier} recorded, ${dropped} dropped, ${pending} kept`,
  )
  console.log(`memory grew by ${megabytes(most)} MB at most; the queue holds ${megabytes(pendingBytes)} MB`)
  is_away = false
  await hub.flush({ timeoutMs: 60_000 }).catch((error: unknown) => console.log(`back: ${String(error)}`))
  const after = hub.stats()
  const counted = `${after.acknowledged - of_earlier} acknowledged, ${after.dropped} dropped, ${told} told of`
  console.log(`back: ${counted}, ${after.pending} pending`)
  const all_told = told === after.dropped && after.recorded === after.acknowledged + after.dropped
  return most <= MOST_GROWTH && all_told
}

// First, while the process has done nothing else: what was freed before would hide what is taken.
const has_kept = await away()
await cost()
process.exit(has_kept ? 0 : 1)
