import { makeBody } from './body.ts'

/** Milliseconds from the moment a trace was sent to the answer that first showed it, one entry for each trace. */
export type Freshness = { list: number[]; trace: number[] }

const KEY = { 'x-api-key': 'dev-key' }
const PROBES = 4
const PAUSE_MS = 10
const LATE_MS = 30_000

/** Asks until an answer has the text in it; what is not there yet may be 404, any other failure is the end. */
async function untilShown(url: string, sent: number, sought: string): Promise<number> {
  for (;;) {
    const response = await fetch(url, { headers: KEY })
    const answer = await response.text()
    if (response.status !== 200 && response.status !== 404) throw new Error(`answered ${response.status}`)
    if (response.status === 200 && answer.includes(sought)) return performance.now() - sent
    if (performance.now() - sent > LATE_MS) throw new Error(`${url} does not show the trace`)
  }
}

/** Sends one small trace, then asks the list and the trace itself until both show it. */
async function probe(api: string, fresh: Freshness): Promise<void> {
  const body = makeBody(1, 300)
  const user_id = `probe-${crypto.randomUUID()}`
  const { trace_id } = body.trace
  const sent = performance.now()
  const response = await fetch(`${api}/api/v1/ingest/traces`, {
    method: 'POST',
    headers: { ...KEY, 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, trace: { ...body.trace, user_id } }),
  })
  if (response.status !== 200) throw new Error(`answered ${response.status}: ${await response.text()}`)
  const [list, trace] = await Promise.all([
    untilShown(`${api}/api/v1/traces?user_id=${user_id}`, sent, trace_id),
    untilShown(`${api}/api/v1/traces/${trace_id}`, sent, trace_id),
  ])
  fresh.list.push(list)
  fresh.trace.push(trace)
}

/** Probes from a process of its own, so that a busy client does not count as a late hub, for as long as `load` lasts. */
export async function measureFreshness(api: string, load: () => Promise<unknown>): Promise<Freshness> {
  const child = Bun.spawn([process.execPath, import.meta.filename, api], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await load()
  await child.stdin.end()
  const printed = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error('freshness could not be measured')
  // This file's own output, below.
  return JSON.parse(printed) as Freshness
}

if (import.meta.main) {
  const api = process.argv[2] ?? ''
  const fresh: Freshness = { list: [], trace: [] }
  let over = false
  const run = async () => {
    while (!over) {
      await probe(api, fresh)
      await Bun.sleep(PAUSE_MS)
    }
  }
  const probes = Array.from({ length: PROBES }, run)
  for await (const _ of Bun.stdin.stream()) continue
  over = true
  await Promise.all(probes)
  console.log(JSON.stringify(fresh))
}
