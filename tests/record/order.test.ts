import { afterAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { testApi } from '#shared/testing/api.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { mintProject, type TestProject } from '#shared/testing/project.ts'
import { ingest } from '../../ingest/service.ts'
import { readRecord } from './read-record.ts'

const deps = await testDeps()
const service = await ingest(deps)
const api = testApi(deps, service.routes)
afterAll(async () => {
  await service.stop()
  await deps.stop()
})

type Saying = { path: string; wrap: (sayings: unknown[]) => unknown; body: unknown }

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 1) + seconds * 1000).toISOString()

const event = (event_type: string, span_id: string | null, seconds: number, payload: object): Saying => ({
  path: '/api/v1/ingest/spans',
  wrap: (events) => ({ events }),
  body: {
    trace_id: TRACE,
    span_id,
    event_type,
    event_time: at(seconds),
    payload,
    idempotency_key: `${event_type}-${span_id}-${seconds}`,
  },
})

const HEADER = {
  trace_id: TRACE,
  name: '환불 상담',
  start_time: at(0),
  user_id: 'u-1',
  input_text: '환불 규정?',
}
const ENDED = { ...HEADER, end_time: at(60), status: 'success', output_text: '7일 이내' }

const span = (
  span_id: string,
  parent_span_id: string | null,
  seconds: number,
  more: object,
  trace = HEADER,
): Saying => ({
  path: '/api/v1/ingest/traces',
  wrap: (spans) => ({ trace, spans }),
  body: {
    span_id,
    trace_id: TRACE,
    parent_span_id,
    name: span_id,
    start_time: at(seconds),
    idempotency_key: `span-${span_id}-${seconds}`,
    ...more,
  },
})

const node = (node_id: string, seconds: number, parents: string[], more: object): Saying => ({
  path: '/api/v1/ingest/langgraph-runs',
  wrap: (nodes) => ({ trace_id: TRACE, run_id: 'run-1', graph_name: 'agent', start_time: at(0), nodes }),
  body: {
    node_id,
    node_name: node_id,
    parent_node_ids: parents,
    start_time: at(seconds),
    idempotency_key: `node-${node_id}-${seconds}-${JSON.stringify(more).length}`,
    ...more,
  },
})

const evaluation = (key: string, span_id?: string): Saying => ({
  path: '/api/v1/evals',
  wrap: ([said]) => said,
  body: {
    trace_id: TRACE,
    ...(span_id ? { span_id } : {}),
    eval_name: 'faithfulness',
    eval_model: 'gpt-4.1',
    score: 0.75,
    passed: true,
    user_review_passed: true,
    idempotency_key: key,
  },
})

const SAYINGS: Saying[] = [
  event('SPAN_STARTED', 'root', 1, { name: 'agent', span_type: 'agent', input: { question: '환불?' } }),
  event('SPAN_ENDED', 'root', 50, {
    status: 'success',
    output: 'done',
    input_tokens: 900,
    output_tokens: 90,
  }),
  event('SPAN_STARTED', 'llm', 2, {
    name: 'call',
    span_type: 'llm',
    parent_span_id: 'root',
    model: 'gpt-4.1',
  }),
  event('SPAN_ENDED', 'llm', 9, { status: 'error', error: 'timeout', input_tokens: 100, output_tokens: 10 }),
  // A second end, earlier in time: the later one stands, whichever comes first.
  event('SPAN_ENDED', 'llm', 8, { status: 'success', input_tokens: 70, reasoning_tokens: 5 }),
  event('LOG', 'llm', 3, { message: 'retrying' }),
  event('EVENT', null, 4, { note: 'a trace-level event' }),
  event('AMENDMENT', 'llm', 70, { patch: { status: 'success', attributes: { reviewed: true } } }),
  event('AMENDMENT', 'llm', 71, { patch: { name: 'call (reviewed)' } }),
  span('tool', 'llm', 3, { span_type: 'tool', end_time: at(5), status: 'success' }),
  span('late', 'tool', 4, {
    end_time: at(6),
    status: 'success',
    input_tokens: 11,
    output_tokens: 1,
    cost_usd: 0.001,
  }),
  // Said again under a new key, once it has ended: a merge.
  span('slow', 'root', 10, { status: 'running', attributes: { step: 1 } }),
  span('slow', 'root', 11, { start_time: at(10), end_time: at(20), attributes: { step: 2 } }, ENDED),
  span('orphan', 'never-sent', 12, { end_time: at(13) }),
  node('router', 14, [], {
    end_time: at(15),
    output_state: { route: 'search', token_usage: { total_tokens: 5 } },
  }),
  node('search', 15, ['router'], { status: 'running' }),
  node('search', 15, ['router'], { end_time: at(16), status: 'success' }),
  node('router', 17, ['search'], { end_time: at(18) }),
  evaluation('eval-1'),
  evaluation('eval-2', 'llm'),
]

/** Sayings of one door that stand next to each other go in one request, as a batching client sends them. */
function requests(sayings: Saying[], cuts: boolean[]) {
  const groups: Saying[][] = []
  sayings.forEach((saying, index) => {
    const last = groups.at(-1)
    const joins = last?.[0]?.path === saying.path && Bun.deepEquals(last[0].wrap([]), saying.wrap([]))
    if (joins && !cuts[index] && saying.path !== '/api/v1/evals') last.push(saying)
    else groups.push([saying])
  })
  return groups
}

async function send(project: TestProject, group: Saying[]): Promise<void> {
  const [first] = group
  if (!first) return
  const body = first.wrap(group.map((saying) => saying.body))
  const response = await api.request('POST', first.path, { key: project.key, body })
  const answer = (await response.json()) as { rejected?: unknown[] }
  expect([response.status, answer.rejected ?? []]).toEqual([200, []])
}

async function recordOf(order: number[], cuts: boolean[], together: boolean) {
  const project = await mintProject(api.fetch)
  const groups = requests(
    order.map((index) => SAYINGS[index]).filter((saying): saying is Saying => saying !== undefined),
    cuts,
  )
  if (together) await Promise.all(groups.map((group) => send(project, group)))
  else for (const group of groups) await send(project, group)
  return readRecord(deps.database.sql, project.project_id)
}

const all = SAYINGS.map((_, index) => index)
const permutation = fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })

test('every order and repetition of the same sayings gives the same rows', async () => {
  const plain = await recordOf(all, [], false)
  // The header of `slow`'s end differs from the others': both headers are said in every order.
  await fc.assert(
    fc.asyncProperty(
      permutation,
      fc.array(fc.nat(all.length - 1), { maxLength: 12 }),
      fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
      fc.boolean(),
      async (order, repeats, cuts, together) => {
        const said = [...order]
        for (const repeat of repeats) said.splice(repeat, 0, order[repeat] ?? 0)
        expect(await recordOf(said, cuts, together)).toEqual(plain)
      },
    ),
    { numRuns: Number(process.env['HUB_TEST_RUNS'] ?? 60) },
  )
}, 120_000)

test('the rows are what the sayings mean', async () => {
  const { trace, spans } = await recordOf(all.toReversed(), [], false)
  const one = (key: string) => spans.find((each) => each['span_key'] === key)
  expect(one('llm')).toMatchObject({ name: 'call (reviewed)', status: 1, end_time: at(9), input_tokens: 100 })
  expect(one('llm')).toMatchObject({ reasoning_tokens: 5, output_tokens: 10, error: 'timeout' })
  expect(one('slow')).toMatchObject({ status: 1, start_time: at(10), end_time: at(20) })
  // root and llm bear usage, but so does `late` below them: only `late` and the node count.
  expect(trace).toMatchObject({
    input_tokens: '16',
    output_tokens: '1',
    cost_nano: '1000000',
    costed_spans: 1,
  })
  expect(trace).toMatchObject({
    name: '환불 상담',
    total_spans: 9,
    ended_spans: 9,
    status: 1,
    error_count: 0,
  })
})
