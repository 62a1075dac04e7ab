import { afterAll, expect, test } from 'bun:test'
import { testApi } from '#shared/testing/api.ts'
import { testDeps, testUrl } from '#shared/testing/deps.ts'
import { mintProject, type TestProject } from '#shared/testing/project.ts'
import { openClient } from '#shared/store/connect.ts'
import { ingest } from '../../ingest/service.ts'
import { query } from '../../query/service.ts'

type Statement = { text: string; parameters: unknown[] }

const deps = await testDeps()
/** What the questions ask of the database, in the driver's own words. */
const asked: Statement[] = []
const read = openClient(testUrl, 'spied', {
  max: 5,
  debug: (_connection, text, parameters) => void asked.push({ text, parameters }),
})
const spied = { ...deps, database: { ...deps.database, read } }
const services = [await ingest(deps), await query(spied)]
const api = testApi(
  deps,
  services.flatMap(({ routes }) => routes),
)
afterAll(async () => {
  for (const service of services) await service.stop()
  await read.end({ timeout: 1 })
  await deps.stop()
})

const START = new Date(deps.clock() - 60_000).toISOString()
const span = (trace_id: string, index: number, more: object = {}) => ({
  span_id: `s ${index}`,
  trace_id,
  name: `span ${index}`,
  start_time: START,
  idempotency_key: `k ${index}`,
  ...more,
})

async function send(project: TestProject, path: string, body: unknown): Promise<void> {
  const response = await api.request('POST', `/api/v1${path}`, { key: project.key, body })
  expect(response.status).toBe(200)
}

const get = async (project: TestProject, path: string, headers: Record<string, string> = {}) =>
  api.request('GET', `/api/v1${path}`, { key: project.key, headers })

async function fill(project: TestProject, trace_id: string, spans: number): Promise<void> {
  const list = Array.from({ length: spans }, (_, index) =>
    span(trace_id, index, { input: 'word '.repeat(50), ...(index === 0 ? {} : { parent_span_id: 's 0' }) }),
  )
  await send(project, '/ingest/traces', { trace: { trace_id, start_time: START }, spans: list })
  const said = { trace_id, eval_name: 'e', eval_model: 'm', score: 1, passed: true, idempotency_key: 'e' }
  await send(project, '/evals', said)
  const event = { trace_id, span_id: 's 0', event_type: 'LOG', event_time: START, payload: {} }
  await send(project, '/ingest/spans', { events: [{ ...event, idempotency_key: 'l' }] })
}

async function filled(spans: number): Promise<TestProject> {
  const project = await mintProject(api.fetch)
  await fill(project, 't', spans)
  return project
}

type Plan = { 'Node Type': string; 'Relation Name'?: string; 'Index Cond'?: string; Plans?: Plan[] }

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]
const RECORD = /^(traces|evals|(spans|span_events|log)_\d{8})$/

/** The scans of the record's tables in the plan of a statement, where every index that fits is taken. */
async function scansOf({ text, parameters }: Statement): Promise<Plan[]> {
  return deps.database.sql.begin(async (tx) => {
    await tx`set local enable_seqscan = off`
    const values = parameters as string[]
    // oxlint-disable-next-line no-restricted-properties -- the statement is one that the hub itself has just asked
    const [row] = await tx.unsafe<{ 'QUERY PLAN': { Plan: Plan }[] }[]>(
      `explain (format json) ${text}`,
      values,
    )
    const nodes = (row?.['QUERY PLAN'] ?? []).flatMap(({ Plan: plan }) => nodesOf(plan))
    return nodes.filter((node) => RECORD.test(node['Relation Name'] ?? ''))
  })
}

test('W-42: while every statement on traces waits for a lock, the process answers, and what waited is done after it', async () => {
  const project = await filled(1)
  let waiting: Promise<Response>[] = []
  await deps.database.dedicated('locks').begin(async (tx) => {
    await tx`lock table traces in access exclusive mode`
    waiting = [
      ...Array.from({ length: 12 }, () => get(project, '/traces')),
      ...Array.from({ length: 12 }, () => get(project, '/traces/t')),
      ...Array.from({ length: 12 }, (_, index) =>
        api.request('POST', '/api/v1/ingest/traces', {
          key: project.key,
          body: { trace: { trace_id: `late ${index}`, start_time: START }, spans: [] },
        }),
      ),
    ]
    const early = await Promise.race([...waiting, Bun.sleep(300)])
    expect(early).toBeUndefined()
    for (let round = 0; round < 5; round++) {
      const health = await api.request('GET', '/healthz')
      expect([health.status, await health.json()]).toEqual([200, { ok: true }])
    }
    expect((await get(project, '/nothing')).status).toBe(404)
  })
  const answers = await Promise.all(waiting)
  expect(answers.map(({ status }) => status)).toEqual(waiting.map(() => 200))
})

test('W-48: every statement of a trace page finds its rows by an index on its trace', async () => {
  const project = await filled(20)
  // Among many, so that an index on the project alone would be dear.
  await Promise.all(Array.from({ length: 150 }, (_, index) => fill(project, `other ${index}`, 20)))
  await deps.database.sql`analyze`
  for (const path of ['/traces/t', '/traces/t/spans/s%201', '/traces/t/tree', '/traces/t/graph']) {
    asked.length = 0
    expect((await get(project, path)).status).toBe(200)
    const statements = asked.filter(({ text }) =>
      /\b(from|join)\s+(traces|spans|span_events|evals|log)\b/i.test(text),
    )
    expect(statements.length).toBeGreaterThan(1)
    for (const statement of statements) {
      const scans = await scansOf(statement)
      const whole = scans.filter((scan) => scan['Node Type'] === 'Seq Scan')
      expect({ path, text: statement.text, whole }).toMatchObject({ whole: [] })
      const rows = scans.filter((scan) => /^(spans|span_events)_|^evals/.test(scan['Relation Name'] ?? ''))
      const astray = rows.filter((scan) => !(scan['Index Cond'] ?? 'trace_no').includes('trace_no'))
      expect({ path, text: statement.text, astray }).toMatchObject({ astray: [] })
    }
  }
})

test('W-51: the detail of a big trace is cut and says so, its tree comes in windows, and a poll without news has no body', async () => {
  const project = await filled(2500)
  const detail: unknown = await (await get(project, '/traces/t')).json()
  expect(detail).toMatchObject({ trace: { total_spans: 2500 }, spans_truncated: true })
  const tree = await get(project, '/traces/t/tree')
  const text = await tree.text()
  expect(text).not.toContain('word word')
  const { rows } = JSON.parse(text) as { rows?: unknown[] }
  expect(rows?.length).toBeLessThan(500)
  const again = await get(project, '/traces/t/tree', { 'if-none-match': tree.headers.get('etag') ?? '' })
  expect([again.status, await again.text()]).toEqual([304, ''])
})

test('W-53: twenty people at one dashboard cost one count, and the spans of closed hours are not counted again', async () => {
  const project = await filled(3)
  const now = Math.floor(Date.now() / 60_000) * 60_000 + 30_000
  deps.setClock(now)
  try {
    asked.length = 0
    const first = await get(project, '/traces/stats/overview')
    const one = asked.length
    const totals: unknown = await first.json()
    expect(one).toBeGreaterThan(0)
    const rest = await Promise.all(Array.from({ length: 20 }, () => get(project, '/traces/stats/overview')))
    for (const answer of rest) expect(await answer.json()).toEqual(totals)
    expect(asked.length).toBe(one)
    expect(asked.some(({ text }) => /rollup/.test(text))).toBe(true)
  } finally {
    deps.setClock(null)
  }
})
