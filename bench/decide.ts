import { openJudges } from '../decide/judges/open-judges.ts'
import { memoryBus } from '#shared/bus/memory.ts'
import { memoryCache } from '#shared/cache/memory.ts'
import { readConfig } from '#shared/config.ts'
import { jsonLog } from '#shared/log.ts'
import { openDatabase } from '#shared/store/connect.ts'
import { makeBody } from './body.ts'
import { cpuOf, usedBy } from './cpu.ts'
import { measureEngine } from './decide/engine.ts'
import { pace, type Paced } from './decide/pace.ts'
import { POLICY } from './decide/policy.ts'
import { median, ms, printTable, whole } from './figures.ts'
import { startHub, type Hub } from './hub.ts'
import type { Options } from './options.ts'
import { urlIn } from './url-in.ts'
import { dice, text } from './words.ts'

const RATE = 1000
const INGEST_RATE = 50
const KEY = { 'x-api-key': 'dev-key', 'content-type': 'application/json' }

type Round = Paced & { hub_us: number; postgres_us: number }
type Rounds = { echo: Round[]; decide: Round[]; beside: Round[] }

const roll = dice(20_261)

/** A decision on a 4 KB answer of a trace of its own; `trace_ids` names the traces, or the hub does. */
const makeBodies = (count: number, trace_ids?: string[]): string[] =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      idempotency_key: crypto.randomUUID(),
      input: text(roll, 200),
      output: text(roll, 4096),
      response_payload: { channel: 'web' },
      trace: { environment: 'prod', ...(trace_ids ? { trace_id: trace_ids[index] } : {}) },
    }),
  )

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers: KEY, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
}

/** What the hub and its database used while something was measured, for each request. */
async function withCpu(hub: Hub, requests: number, run: () => Promise<Paced>): Promise<Round> {
  const before = cpuOf(hub.pid, hub.postmaster)
  const paced = await run()
  const after = cpuOf(hub.pid, hub.postmaster)
  const each = (name: 'hub' | 'postgres') => (after[name] - before[name]) / requests
  return { ...paced, hub_us: each('hub'), postgres_us: each('postgres') }
}

/** Spans for the traces that are being decided on, while they are. */
async function besideIngest(hub: Hub, count: number): Promise<Round> {
  const ids = Array.from({ length: count }, () => crypto.randomUUID())
  const bodies = makeBodies(count, ids)
  const spans = ids
    .filter((_, index) => index % (RATE / INGEST_RATE) === 0)
    .map((trace_id) => {
      const body = makeBody(20, 2000)
      const own = body.spans.map((span) => ({ ...span, trace_id }))
      return JSON.stringify({ trace: { ...body.trace, trace_id }, spans: own })
    })
  const ingest = `${hub.api}/api/v1/ingest/traces`
  return withCpu(hub, count, async () => {
    const [paced] = await Promise.all([
      pace(`${hub.api}/api/v1/decide`, bodies, RATE),
      pace(ingest, spans, INGEST_RATE),
    ])
    return paced
  })
}

type Echo = { pid: number; url: string }

/** What HTTP and the checks alone take: nothing below this is decide's. */
async function echoed({ pid, url }: Echo, count: number): Promise<Round> {
  const bodies = makeBodies(count)
  const before = usedBy(pid)
  const paced = await pace(`${url}/api/v1/decide`, bodies, RATE)
  return { ...paced, hub_us: (usedBy(pid) - before) / count, postgres_us: 0 }
}

async function measureRounds(hub: Hub, echo: Echo, rounds: number, count: number): Promise<Rounds> {
  const measured: Rounds = { echo: [], decide: [], beside: [] }
  const url = `${hub.api}/api/v1/decide`
  await pace(url, makeBodies(count), RATE)
  await echoed(echo, count)
  for (let round = 0; round < rounds; round++) {
    measured.echo.push(await echoed(echo, count))
    const bodies = makeBodies(count)
    measured.decide.push(await withCpu(hub, count, () => pace(url, bodies, RATE)))
    measured.beside.push(await besideIngest(hub, count))
  }
  return measured
}

const of = (rounds: Paced[], name: keyof Paced): number => median(rounds.map((round) => round[name]))

function row(name: string, rounds: Round[]): string[] {
  const used = (process: 'hub_us' | 'postgres_us') => whole(median(rounds.map((one) => one[process])))
  const cpu = `${used('hub_us')} + ${used('postgres_us')}`
  return [name, whole(of(rounds, 'per_second')), ms(of(rounds, 'p50')), ms(of(rounds, 'p99')), cpu]
}

/** The judges of a process that asks nobody: the policy of the bench names none. */
async function engineAlone(decisions: number): Promise<void> {
  const log = jsonLog()
  const database = openDatabase('postgres://127.0.0.1:1/none', log)
  const config = { ...readConfig({}), secret_key: 'bench '.repeat(8) }
  const deps = { config, database, bus: memoryBus(log), cache: memoryCache(Date.now), clock: Date.now, log }
  const judges = openJudges(deps)
  const { p50, p99, mean } = await measureEngine(judges, decisions)
  await database.stop()
  console.log(
    `\nengine alone, 20 rules, 4 KB: p50 ${whole(p50)} µs, p99 ${whole(p99)} µs, mean ${whole(mean)} µs (target < 300)\n`,
  )
}

/** Prints what a decision takes: the engine alone, then over HTTP beside an echo. */
export async function benchDecide({ quick, rounds }: Options): Promise<void> {
  await engineAlone(quick ? 200 : 8000)
  const echo = Bun.spawn([process.execPath, `${import.meta.dir}/decide-echo.ts`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const echo_url = (await urlIn(echo.stdout, 'echo'))('echo')
  const hub = await startHub()
  try {
    await post(`${hub.api}/api/v1/policies`, { name: 'bench', active: true, definition: POLICY })
    const measured = await measureRounds(
      hub,
      { pid: echo.pid, url: echo_url },
      rounds,
      RATE * (quick ? 0.2 : 5),
    )
    printTable(
      ['at 1,000 a second', 'sent/s', 'p50 ms', 'p99 ms', 'CPU µs server + Postgres'],
      [
        row('echo', measured.echo),
        row('decide, durable', measured.decide),
        row('decide, beside ingest on the same traces', measured.beside),
      ],
    )
    console.log('target: p50 < 5 ms, p99 < 20 ms or twice that of the echo')
  } finally {
    await hub.stop()
    echo.kill()
  }
}
