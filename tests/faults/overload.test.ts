import { expect, test } from 'bun:test'
import { hubDataDir, spawnHub } from '#shared/testing/spawn-hub.ts'
import { until } from '#shared/testing/until.ts'

const REQUESTS = 60
/** Forty of these are more than may wait of one project. */
const TEXT_BYTES = 800_000

const bodyOf = (trace_id: string) => {
  const start_time = new Date().toISOString()
  const span = {
    span_id: 'only',
    trace_id,
    name: 'only',
    start_time,
    input: 'w'.repeat(TEXT_BYTES),
    idempotency_key: 'k',
  }
  return JSON.stringify({ trace: { trace_id, start_time }, spans: [span] })
}

async function send(base: string, trace_id: string) {
  const response = await fetch(`${base}/api/v1/ingest/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'dev-key' },
    body: bodyOf(trace_id),
  })
  await response.arrayBuffer()
  return { trace_id, status: response.status, again: response.headers.get('retry-after') }
}

async function hasTrace(base: string, trace_id: string): Promise<boolean> {
  const { status } = await fetch(`${base}/api/v1/traces/${trace_id}`, { headers: { 'x-api-key': 'dev-key' } })
  expect([200, 404]).toContain(status)
  return status === 200
}

test('while Postgres hangs, what is too much is refused with Retry-After; what was accepted is stored, and it recovers', async () => {
  const hub = await spawnHub({ data_dir: hubDataDir() })
  const first = crypto.randomUUID()
  expect((await send(hub.api, first)).status).toBe(200)
  const connections = backendsOf(hub.postgresPid() ?? 0)
  for (const pid of connections) process.kill(pid, 'SIGSTOP')
  const refused: string[] = []
  const answers = Array.from({ length: REQUESTS }, async () => {
    const answer = await send(hub.api, crypto.randomUUID())
    if (answer.status === 429) refused.push(answer.trace_id)
    return answer
  })
  // Memory stays bounded: some are refused while nothing can be committed.
  await until('some are refused', () => refused.length > 0)
  for (const pid of connections) process.kill(pid, 'SIGCONT')
  const all = await Promise.all(answers)
  expect(all.filter(({ status }) => ![200, 429, 503].includes(status))).toEqual([])
  expect(all.filter(({ status, again }) => status !== 200 && again === null)).toEqual([])
  const [taken, not_taken] = [
    all.filter(({ status }) => status === 200),
    all.filter(({ status }) => status === 429),
  ]
  expect(taken.length).toBeGreaterThan(0)
  for (const { trace_id } of taken) expect(await hasTrace(hub.api, trace_id)).toBe(true)
  for (const { trace_id } of not_taken) expect(await hasTrace(hub.api, trace_id)).toBe(false)
  expect((await send(hub.api, crypto.randomUUID())).status).toBe(200)
}, 60_000)

/** The processes that serve connections, and not the postmaster, which must go on taking new ones. */
function backendsOf(postmaster: number): number[] {
  const listed = Bun.spawnSync(['ps', '--ppid', String(postmaster), '-o', 'pid=,args=']).stdout.toString()
  return listed
    .split('\n')
    .filter((line) => line.includes('127.0.0.1') || line.includes('[local]'))
    .map((line) => Number.parseInt(line, 10))
}
