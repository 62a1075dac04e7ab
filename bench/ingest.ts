import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { jsonLog } from '#shared/log.ts'
import { openDatabase, type Database } from '#shared/store/connect.ts'
import { cpuOf, memoryOf } from './cpu.ts'
import { rawCopy } from './floor.ts'
import { prepare, send, type Load, type Shape } from './load.ts'

const ROUNDS = 5
const READY_MS = 60_000

const SHAPES: (Shape & { requests: number })[] = [
  { name: '20 x 2 KB, zstd', spans: 20, bytes: 2000, connections: 48, encoding: 'zstd', requests: 1200 },
  {
    name: '20 x 2 KB, identity',
    spans: 20,
    bytes: 2000,
    connections: 48,
    encoding: 'identity',
    requests: 1200,
  },
  {
    name: '1 x 300 B, identity',
    spans: 1,
    bytes: 300,
    connections: 64,
    encoding: 'identity',
    requests: 6000,
  },
]

type Hub = { api: string; pid: number; postmaster: number; database: Database; stop: () => Promise<void> }

/** A hub of its own, as `npm start` runs it: nothing is switched off for the bench. */
async function startHub(): Promise<Hub> {
  const data_dir = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  const child = Bun.spawn([process.execPath, resolve(import.meta.dir, '../hub.ts')], {
    env: { PATH: process.env['PATH'], HUB_DATA_DIR: data_dir, HUB_API_PORT: '0', HUB_UI_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const api = await urlIn(child.stdout)
  const [pid, , , port] = readFileSync(join(data_dir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
  const password = readFileSync(join(data_dir, 'postgres-password'), 'utf8').trim()
  const database = openDatabase(`postgres://postgres:${password}@127.0.0.1:${port}/postgres`, jsonLog())
  return {
    api,
    pid: child.pid,
    postmaster: Number(pid),
    database,
    async stop() {
      await database.stop()
      child.kill('SIGTERM')
      await child.exited
      rmSync(data_dir, { recursive: true, force: true })
    },
  }
}

async function urlIn(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  const late = Date.now() + READY_MS
  let text = ''
  for await (const part of stream) {
    text += decoder.decode(part, { stream: true })
    const url = /API +(http:\/\/\S+)/.exec(text)?.[1]
    if (url) return url
    if (Date.now() > late) break
  }
  throw new Error(`the hub did not start: ${text}`)
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

type Round = Load & { hub_us: number; postgres_us: number }

async function measure(hub: Hub, shape: Shape & { requests: number }): Promise<Round> {
  const bodies = prepare(shape, shape.requests)
  const before = cpuOf(hub.pid, hub.postmaster)
  const load = await send(hub.api, shape, bodies)
  const after = cpuOf(hub.pid, hub.postmaster)
  return {
    ...load,
    hub_us: (after.hub - before.hub) / load.spans,
    postgres_us: (after.postgres - before.postgres) / load.spans,
  }
}

/** Interleaved rounds of floor and hub in one run: ratios hold when the machine's speed drifts, single figures do not. */
async function bench(): Promise<void> {
  const hub = await startHub()
  try {
    console.log(`idle PSS of hub and Postgres: ${memoryOf(hub.pid, hub.postmaster)} MB`)
    for (const shape of SHAPES) await send(hub.api, shape, prepare(shape, shape.connections * 4))
    const floors: number[] = []
    const rounds = new Map<string, Round[]>(SHAPES.map(({ name }) => [name, []]))
    for (let round = 0; round < ROUNDS; round++) {
      floors.push((await rawCopy(hub.database.sql)).spans_per_second)
      for (const shape of SHAPES) rounds.get(shape.name)?.push(await measure(hub, shape))
    }
    report(median(floors), rounds)
    console.log(`PSS after the load: ${memoryOf(hub.pid, hub.postmaster)} MB`)
  } finally {
    await hub.stop()
  }
}

function report(floor: number, rounds: Map<string, Round[]>): void {
  const whole = (value: number) => Math.round(value).toLocaleString('en')
  console.log(`raw server-side COPY, 20 x 2 KB: ${whole(floor)} spans/s (median of ${ROUNDS})`)
  console.log('| request | spans/s | ratio to COPY | CPU µs/span hub + Postgres | answer p50 / p99 ms |')
  console.log('|---|---|---|---|---|')
  for (const [name, list] of rounds) {
    const of = (pick: (round: Round) => number) => median(list.map(pick))
    const rate = of((round) => round.spans_per_second)
    const cpu = `${of((round) => round.hub_us).toFixed(1)} + ${of((round) => round.postgres_us).toFixed(1)}`
    const waits = `${of((round) => round.p50_ms).toFixed(0)} / ${of((round) => round.p99_ms).toFixed(0)}`
    const ratio = name.startsWith('20') ? (rate / floor).toFixed(2) : '–'
    console.log(`| ${name} | ${whole(rate)} | ${ratio} | ${cpu} | ${waits} |`)
  }
}

await bench()
