import { afterAll, beforeAll, expect, test } from 'bun:test'
import { exportTraces, listTraces, listValues } from '#shared/contract/traces.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub } from './open-hub.ts'

const { api, ask, deps, mint, tell, stop } = await openHub()
afterAll(stop)

/** Six traces, one a second, from `a` to `f`. */
let project: TestProject

async function say(trace: Record<string, unknown> & { trace_id: string }, spans: object[] = []) {
  const { trace_id, start_time, end_time } = trace
  const times = { start_time, ...(end_time ? { end_time } : {}) }
  await tell(project, '/ingest/traces', {
    trace: { status: 'success', ...trace },
    spans: spans.map((more) => ({
      ...{ trace_id, span_id: `${trace_id}-1`, name: 'step', ...times, idempotency_key: '1' },
      ...more,
    })),
  })
}

beforeAll(async () => {
  project = await mint()
  const llm = { span_type: 'llm', status: 'success' }
  await say(
    {
      ...{ trace_id: 'a', start_time: at(1), end_time: at(1.5), model: 'gpt-4.1', environment: 'prod' },
      ...{ user_id: '김 철수', tags: ['beta', 'eu'], input_text: '환불 규정 알려줘' },
    },
    [{ ...llm, input_tokens: 900, output_tokens: 100, cost_usd: 0.02 }],
  )
  await say(
    {
      trace_id: 'b',
      start_time: at(2),
      end_time: at(5),
      model: 'gpt-4.1-mini',
      environment: 'dev',
      release: 'v1',
    },
    [{ span_type: 'tool', status: 'error', error: 'no' }],
  )
  await say({
    trace_id: 'c',
    start_time: at(3),
    end_time: at(13),
    status: 'error',
    model: 'claude*5',
    tags: ['eu'],
  })
  await say({ trace_id: 'd', start_time: at(4), status: 'running', user_id: '김 철수'.normalize('NFD') }, [
    { span_type: 'agent', status: 'running' },
  ])
  await say({ trace_id: 'e', start_time: at(5), end_time: at(5), environment: 'prod', name: 'nightly "job"' })
  await say({ trace_id: 'f', start_time: at(6), end_time: at(8), status: 'cancelled', session_id: 's,1' })
})

const found = async (q: string) => {
  const { items } = await ask(project, listTraces, { query: { q } })
  return items.map(({ id }) => id).join('')
}

const FILTERS: [q: string, found: string][] = [
  ['', 'fedcba'],
  ['status:error', 'c'],
  ['status:error,cancelled', 'fc'],
  ['status:running,error', 'dc'],
  ['-status:success', 'fdc'],
  ['status:stale', ''],
  ['model:gpt-4.1', 'a'],
  ['model:gpt-4.1*', 'ba'],
  ['model:"claude*5"', 'c'],
  ['model:claude"*"*', 'c'],
  ['model:*mini,gpt-4.1', 'ba'],
  ['model:*', 'cba'],
  ['-env:dev', 'fedca'],
  ['env:prod -model:gpt*', 'e'],
  ['user:"김 철수"', 'da'],
  [`user:"${'김 철수'.normalize('NFD')}"`, 'da'],
  ['user:김*', 'da'],
  ['session:"s,1"', 'f'],
  ['session:s,1', ''],
  ['tag:eu', 'ca'],
  ['tag:eu tag:be*', 'a'],
  ['-tag:eu', 'fedb'],
  ['release:v1', 'b'],
  [String.raw`name:"nightly \"job\""`, 'e'],
  ['id:a,b', 'ba'],
  ['type:tool,agent', 'db'],
  ['-type:*', 'fec'],
  ['latency:>2s', 'cb'],
  ['latency:2s..3s', 'fb'],
  ['latency:<=500ms', 'ea'],
  ['latency:0', 'e'],
  ['-latency:>2s', 'feda'],
  ['cost:0.02', 'a'],
  ['cost:>0.02', ''],
  ['tokens:1k..2k', 'a'],
  ['tokens:0', 'fedcb'],
  ['spans:>=1', 'dba'],
  ['errors:1', 'b'],
  ['has:error', 'cb'],
  ['has:error,cost', 'cba'],
  ['-has:user', 'fecb'],
  ['has:open', 'd'],
  ['has:tag,session', 'fca'],
  ['has:decision', ''],
  ['"환불 규정"', 'a'],
  ['환불 -알려줘', ''],
  ['-환불', 'fedcb'],
]

for (const [q, wanted] of FILTERS) {
  test(`W-72: the filter ${q || '(empty)'} finds ${wanted || 'nothing'}`, async () => {
    expect(await found(q)).toBe(wanted)
  })
}

test('a filter and the single parameters hold together', async () => {
  const { items, total } = await ask(project, listTraces, { query: { q: 'has:error', status: 'error' } })
  expect({ ids: items.map(({ id }) => id), total }).toEqual({ ids: ['c'], total: 1 })
})

test('a filter that cannot be read is a 422 that says where, what and what was meant', async () => {
  const response = await api.request('GET', '/api/v1/traces?q=status%3Aeror%20modle%3Ax', {
    key: project.key,
  })
  expect(response.status).toBe(422)
  // The expectations are the check of its form.
  const { code, detail } = (await response.json()) as {
    code: string
    detail: { type: string; loc: string[]; msg: string }[]
  }
  expect(code).toBe('validation_error')
  expect(detail.map(({ type, loc }) => [type, ...loc])).toEqual([
    ['filter_bad_status', 'query', 'q'],
    ['filter_unknown_field', 'query', 'q'],
  ])
  expect(detail[0]?.msg).toMatch(/character 1:.*mean error\?/)
  expect(detail[1]?.msg).toMatch(/character 13:.*mean model\?/)
})

test('a filter finds nothing of another project', async () => {
  const other = await mint()
  for (const q of ['type:*', 'tag:eu', 'id:a', '환불', 'has:error'])
    expect((await ask(other, listTraces, { query: { q } })).total).toBe(0)
})

test('later traces are counted and not listed for who says what was seen', async () => {
  const mine = await mint()
  const send = (trace_id: string, second: number, status = 'success') =>
    tell(mine, '/ingest/traces', { trace: { trace_id, start_time: at(second), status } })
  await send('one', 1)
  await send('two', 2)
  const { as_of } = await ask(mine, listTraces)
  const query = { as_of: as_of ?? '' }
  expect(await ask(mine, listTraces, { query })).toMatchObject({ as_of, newer: 0, total: 2 })
  await send('three', 3)
  await send('four', 4, 'error')
  await send('zero', 0)
  const { items, newer, total } = await ask(mine, listTraces, { query })
  expect({ ids: items.map(({ id }) => id), newer, total }).toEqual({
    ids: ['two', 'one', 'zero'],
    newer: 2,
    total: 3,
  })
  expect((await ask(mine, listTraces, { query: { ...query, q: 'status:error' } })).newer).toBe(1)
})

test('the values of a project are offered by how often they are said, and only its own', async () => {
  const { fields, traces, is_all } = await ask(project, listValues)
  expect({ traces, is_all }).toEqual({ traces: 6, is_all: true })
  expect(fields.environment).toEqual([
    { value: 'prod', count: 2 },
    { value: 'dev', count: 1 },
  ])
  expect(fields.tag).toEqual([
    { value: 'eu', count: 2 },
    { value: 'beta', count: 1 },
  ])
  expect(fields.status).toContainEqual({ value: 'success', count: 3 })
  expect(fields.status.length).toBe(4)
  const window = await ask(project, listValues, { query: { start_time: at(5) } })
  expect({ traces: window.traces, environment: window.fields.environment }).toEqual({
    traces: 2,
    environment: [{ value: 'prod', count: 1 }],
  })
  expect((await ask(await mint(), listValues)).fields.environment).toEqual([])
})

const exported = async (of: TestProject, query = '') => {
  const response = await api.request('GET', `/api/v1/traces/export${query}`, { key: of.key })
  return (await response.text()).split('\n').slice(0, -1)
}

test('an export has one trace a line, as the list shows it, and the same filters', async () => {
  const lines = await exported(project, '?q=has%3Aerror')
  const { items } = await ask(project, listTraces, { query: { q: 'has:error' } })
  const read = lines.map((line): unknown => JSON.parse(line))
  expect(read).toEqual(items)
  for (const trace of read) expect(checkOf(exportTraces.response).Check(trace)).toBe(true)
  expect(await exported(await mint())).toEqual([])
})

test('a list says how the evaluations of each trace came out, and a new one is news', async () => {
  const mine = await mint()
  await tell(mine, '/ingest/traces', { trace: { trace_id: 'judged', start_time: at(1) } })
  await tell(mine, '/ingest/traces', { trace: { trace_id: 'not', start_time: at(0) } })
  const judge = (passed: boolean, name: string) =>
    tell(mine, '/evals', {
      ...{ trace_id: 'judged', eval_name: name, eval_model: 'm', score: 1, passed, idempotency_key: name },
    })
  await judge(true, 'one')
  const ask_again = async (etag: string) =>
    api.request('GET', '/api/v1/traces', { key: mine.key, headers: { 'if-none-match': etag } })
  const known = (await ask_again('"none"')).headers.get('etag') ?? ''
  expect((await ask_again(known)).status).toBe(304)
  await judge(false, 'two')
  deps.setClock(Date.now() + 1001)
  const again = await ask_again(known)
  deps.setClock(null)
  expect(again.status).toBe(200)
  const { items } = await ask(mine, listTraces)
  expect(items.map(({ evaluations }) => evaluations)).toEqual([
    { passed: 1, total: 2 },
    { passed: 0, total: 0 },
  ])
})

test('an export needs a key that reads, and refuses a filter before it begins', async () => {
  expect((await api.request('GET', '/api/v1/traces/export')).status).toBe(401)
  const refused = await api.request('GET', '/api/v1/traces/export?q=modle%3Ax', { key: project.key })
  expect(refused.status).toBe(422)
})

test('5,000 traces are exported in order, in batches, and a reader who leaves ends it', async () => {
  const many = await mint()
  await deps.database.sql`
    insert into traces (start_time, created_at, updated_at, input_tokens, output_tokens, cost_nano, version,
      project_no, trace_day, total_spans, ended_spans, error_count, costed_spans, status, id_form, start_said,
      trace_key, environment)
    select ${at(0)}::text::timestamptz + (n / 10) * interval '1 ms', now(), now(), 0, 0, 0, 1,
      (select project_no from projects where project_id = ${many.project_id}), current_date, 0, 0, 0, 0, 1, 0, true,
      'trace-' || n, case when n % 2 = 0 then 'even' else 'odd' end
    from generate_series(1, 5000) n`
  const lines = await exported(many, '?q=env%3Aeven')
  const ids = lines.map((line) => (JSON.parse(line) as { id: string }).id)
  expect(ids.length).toBe(2500)
  expect(new Set(ids).size).toBe(2500)
  expect(ids[0]).toBe('trace-5000')
  const { items } = await ask(many, listTraces, { query: { q: 'env:even', page_size: 100 } })
  expect(ids.slice(0, 100)).toEqual(items.map(({ id }) => id))

  let statements = 0
  const { debug } = deps.database.read.options
  deps.database.read.options.debug = () => void statements++
  const response = await api.request('GET', '/api/v1/traces/export', { key: many.key })
  const reader = response.body?.getReader()
  const first = await reader?.read()
  expect(new TextDecoder().decode(first?.value).split('\n').length).toBe(501)
  await Bun.sleep(50)
  const before = statements
  expect(before).toBeGreaterThan(0)
  expect(before).toBeLessThanOrEqual(3)
  await reader?.cancel()
  await Bun.sleep(50)
  expect(statements).toBe(before)
  deps.database.read.options.debug = debug
})
