import { resolve } from 'node:path'
import { createProject, rotateKey } from '#shared/contract/projects.ts'
import { call } from '#shared/http/call.ts'
import { memoryOf } from './cpu.ts'
import { startHub, type Hub } from './hub.ts'
import { prepare, send } from './load.ts'
import { offer, type Offered } from './overload/offer.ts'

const TIMES = 3
const ROUNDS = 5
const FAIR_SECONDS = 10
/** Until the noise is at its loudest. */
const NOISE_MS = 3000
const SPANS = 20
const ADMIN = { 'x-api-key': 'dev-key' }

const seconds = process.argv.includes('--seconds')
  ? Number(process.argv[process.argv.indexOf('--seconds') + 1])
  : 60

const at = (values: number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0
const for_ms = (ms: number) => {
  const until = Date.now() + ms
  return () => Date.now() > until
}

/** Requests a second that the hub takes when it is asked as fast as it answers. */
async function capacity(hub: Hub): Promise<number> {
  const shape = { name: '', spans: SPANS, bytes: 2000, connections: 48, encoding: 'identity' as const }
  await send(hub.api, shape, prepare(shape, 200))
  return (await send(hub.api, shape, prepare(shape, 800))).spans_per_second / SPANS
}

async function mint({ api }: Hub, name: string) {
  const { id } = await call(fetch, api, createProject, { body: { name } }, ADMIN)
  return (await call(fetch, api, rotateKey, { params: { project_id: id } }, ADMIN)).api_key
}

/** Of these traces, how many there are. */
async function stored({ database }: Hub, traces: string[]): Promise<number> {
  const keys = traces.map((id) => id.replaceAll('-', ''))
  const [row] = await database.sql<[{ count: number }]>`
    select count(*)::int count from traces where project_no > 0 and trace_key = any(${keys})`
  return row.count
}

async function overload(hub: Hub, rate: number): Promise<number> {
  const key = await mint(hub, 'overload')
  const memory: number[] = []
  const timer = setInterval(() => memory.push(memoryOf(hub.pid, hub.postmaster)), 1000)
  const done = await offer(hub.api, key, rate * TIMES, for_ms(seconds * 1000))
  clearInterval(timer)
  return report(hub, rate, done, memory)
}

async function report(hub: Hub, rate: number, done: Offered, memory: number[]): Promise<number> {
  const third = Math.floor(memory.length / 3)
  const last = memory.slice(-third)
  const [kept, leaked] = [await stored(hub, done.accepted), await stored(hub, done.refused)]
  const rows = {
    'capacity, requests/s': rate.toFixed(0),
    [`offered, ${TIMES} x for ${seconds} s`]: done.offered,
    'not sent, no socket free': done.no_socket,
    answers: JSON.stringify(done.statuses),
    'accepted/s': (done.accepted.length / seconds).toFixed(0),
    'accepted p50 / p99 ms': `${at(done.waits, 0.5).toFixed(0)} / ${at(done.waits, 0.99).toFixed(0)}`,
    'refused without Retry-After': done.without_retry_after,
    'PSS MB every tenth of the run': memory
      .filter((_, i) => i % Math.ceil(memory.length / 10) === 0)
      .join(' '),
    'PSS MB most; first and last of the last third': `${Math.max(...memory)}; ${last[0]} ${last.at(-1)}`,
    'accepted and stored': `${done.accepted.length} and ${kept}`,
    'refused and stored all the same': leaked,
  }
  for (const [what, value] of Object.entries(rows)) console.log(`| ${what} | ${value} |`)
  const odd = Object.keys(done.statuses).filter((status) => !['200', '429', '503'].includes(status))
  return done.accepted.length - kept + leaked + done.without_retry_after + odd.length
}

async function quiet({ api }: Hub, key: string): Promise<number[]> {
  const script = resolve(import.meta.dir, 'quiet-client.ts')
  const child = Bun.spawn([process.execPath, script, api, key, String(FAIR_SECONDS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { waits, statuses } = JSON.parse(await new Response(child.stdout).text()) as {
    waits: number[]
    statuses: Record<string, number>
  }
  if (Object.keys(statuses).join() !== '200')
    console.log(`the quiet project was answered ${JSON.stringify(statuses)}`)
  return waits
}

/** Runs the noisy client until it is stopped; on cores of its own it would take none from the hub, hence the nice. */
function makeNoise({ api }: Hub, key: string, rate: number): () => Promise<string> {
  const script = resolve(import.meta.dir, 'noisy-client.ts')
  const child = Bun.spawn(['nice', '-n', '19', process.execPath, script, api, key, String(rate)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return async () => {
    child.kill('SIGTERM')
    return await new Response(child.stdout).text()
  }
}

/** The quiet project of one hub while the noisy one of another, or the same, is at its loudest. */
async function beside(still: [Hub, string], noisy: [Hub, string], rate: number) {
  const hush = makeNoise(...noisy, rate * TIMES)
  await Bun.sleep(NOISE_MS)
  const waits = await quiet(...still)
  return { waits, noise: await hush() }
}

/**
 * A quiet project alone, then beside a noisy one, then beside the same noise at another hub with a database of its own:
 * what the last one costs is the price of the shared cores, and no way of queueing can be better.
 */
async function fairness(hub: Hub, rate: number): Promise<void> {
  const other = await startHub()
  try {
    const [still, noisy] = [await mint(hub, 'quiet'), await mint(hub, 'noisy')]
    const apart = await mint(other, 'quiet')
    const ratios: [number[], number[]] = [[], []]
    console.log(
      '| quiet project, p50 / p99 ms | alone | beside a noisy one | noise at another hub | p99 ratios |',
    )
    for (let round = 1; round <= ROUNDS; round++) {
      const alone = await quiet(hub, still)
      const shared = await beside([hub, still], [hub, noisy], rate)
      const parted = await beside([other, apart], [hub, noisy], rate)
      ratios[0].push(at(shared.waits, 0.99) / at(alone, 0.99))
      ratios[1].push(at(parted.waits, 0.99) / at(alone, 0.99))
      const shown = [alone, shared.waits, parted.waits].map(
        (w) => `${at(w, 0.5).toFixed(1)} / ${at(w, 0.99).toFixed(1)}`,
      )
      const [one, two] = ratios.map((all) => all.at(-1)?.toFixed(2))
      console.log(`| round ${round}, noise ${shared.noise} | ${shown.join(' | ')} | ${one}, ${two} |`)
    }
    const [one, two] = ratios.map((all) => at(all, 0.5).toFixed(2))
    console.log(`median p99 ratio ${one}; with the noise at another hub ${two}`)
  } finally {
    await other.stop()
  }
}

async function verifies({ database_url }: Hub): Promise<boolean> {
  const child = Bun.spawn([process.execPath, resolve(import.meta.dir, '../hub.ts'), 'verify'], {
    env: { PATH: process.env['PATH'], DATABASE_URL: database_url },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return (await child.exited) === 0
}

/** `--fairness` is that part alone; `--verify` has every row checked at the end, which takes minutes. */
const has = (flag: string) => process.argv.includes(flag)

const hub = await startHub()
try {
  const rate = await capacity(hub)
  const wrong = has('--fairness') ? 0 : await overload(hub, rate)
  await fairness(hub, rate)
  const clean = !has('--verify') || (await verifies(hub))
  process.exitCode = wrong === 0 && clean ? 0 : 1
} finally {
  await hub.stop()
}
