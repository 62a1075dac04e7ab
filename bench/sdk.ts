import { LLMTraceClient } from '../sdk/typescript/src/index.ts'

/** What tracing costs the code that is traced, and what it holds while the hub is away: `bun bench/sdk.ts [--seconds N]`. */

const SPANS = 20_000
const ROUNDS = 5
const RATE_PER_SECOND = 500

const seconds_at = process.argv.indexOf('--seconds')
const SECONDS = seconds_at > 0 ? Number(process.argv[seconds_at + 1]) : 600

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

/** Microseconds per call, in turns of 200 with the event loop let in between, as in a server. */
async function measure({ open }: Case): Promise<number> {
  const { run, end } = open()
  let ms = 0
  for (let n = 0; n < SPANS; n += 200) {
    const began = performance.now()
    for (let m = 0; m < 200; m++) run(n + m)
    ms += performance.now() - began
    await new Promise((resolve) => setImmediate(resolve))
  }
  await end()
  return (ms * 1000) / SPANS
}

async function cost(): Promise<void> {
  const results = new Map(CASES.map(({ name }) => [name, [] as number[]]))
  for (const each of CASES) await measure(each)
  for (let round = 0; round < ROUNDS; round++)
    for (const each of CASES) results.get(each.name)?.push(await measure(each))
  console.log(`cost in the caller, µs per call: median and worst of ${ROUNDS} rounds of ${SPANS}`)
  for (const [name, values] of results)
    console.log(
      `${name.padEnd(56)} ${median(values).toFixed(2).padStart(8)} ${Math.max(...values)
        .toFixed(2)
        .padStart(8)}`,
    )
}

const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1)

async function away(): Promise<void> {
  let is_away = true
  const hub = new LLMTraceClient({
    ...quiet,
    fetch: () =>
      is_away
        ? Promise.reject(new Error('connection refused'))
        : Promise.resolve(Response.json({ accepted: 1, duplicates: 0, rejected: [] })),
  })
  Bun.gc(true)
  const before = process.memoryUsage.rss()
  let most = 0
  for (let tick = 0; tick < SECONDS * 10; tick++) {
    for (let n = 0; n < RATE_PER_SECOND / 10 / 2; n++) hub.trace('t', { input: MESSAGES }, () => 'answer')
    await Bun.sleep(SECONDS >= 60 ? 100 : 1)
    most = Math.max(most, process.memoryUsage.rss() - before)
  }
  const { recorded, dropped, pending, pendingBytes } = hub.stats()
  console.log(
    `hub away, ${RATE_PER_SECOND} events/s for ${SECONDS} s: ${recorded} recorded, ${dropped} dropped, ${pending} kept`,
  )
  console.log(`memory grew by ${megabytes(most)} MB at most; the queue holds ${megabytes(pendingBytes)} MB`)
  is_away = false
  await hub.flush({ timeoutMs: 60_000 }).catch((error: unknown) => console.log(`back: ${String(error)}`))
  const after = hub.stats()
  console.log(`back: ${after.acknowledged} acknowledged, ${after.dropped} dropped, ${after.pending} pending`)
}

await cost()
await away()
process.exit(0)
