import { afterAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { readRecord } from '../record/read-record.ts'
import { at, entry, openLangfuse } from './open-langfuse.ts'

const hub = await openLangfuse()
afterAll(hub.stop)

const TRACE = '0f8fad5b-d9cb-469f-a165-70867728950e'
const OTHER = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
const named = (id: string, traceId = TRACE) => ({ id, traceId })
const usage = (input: number, output: number) => ({ usageDetails: { input, output, total: input + output } })

/** Milliseconds alone, as the SDK of JavaScript writes times: several entries have the same. */
const ms = (seconds: number) => at(seconds).replace('000Z', 'Z')
const said = (type: string, seconds: number, body: object) =>
  entry(type, seconds, { ...body }, { timestamp: ms(seconds) })

const ENTRIES = [
  said('trace-create', 0, {
    id: TRACE,
    timestamp: ms(0),
    name: '환불',
    userId: 'u',
    tags: ['a'],
    input: 'q',
  }),
  said('trace-create', 5, { id: TRACE, timestamp: ms(4.998), name: '환불 상담', output: 'draft' }),
  said('trace-create', 5, { id: TRACE, timestamp: ms(4.999), output: 'answer', metadata: { done: true } }),
  said('trace-create', 1, { id: OTHER, name: 'other' }),
  said('span-create', 1, { ...named('root'), name: 'agent', startTime: ms(1), metadata: { a: 1 } }),
  said('span-update', 1, { ...named('root'), name: 'agent 2', metadata: { b: 2 } }),
  said('span-update', 6, { ...named('root'), endTime: ms(6), output: { text: 'answer' } }),
  said('generation-create', 2, {
    ...{ ...named('llm'), parentObservationId: 'root', name: 'call', startTime: ms(2), model: 'gpt-4.1' },
    ...usage(1, 1),
  }),
  said('generation-update', 2, {
    ...named('llm'),
    ...usage(100, 10),
    level: 'ERROR',
    statusMessage: 'cut off',
  }),
  said('generation-update', 2, {
    ...named('llm'),
    endTime: ms(3),
    completionStartTime: ms(2.5),
    ...usage(90, 9),
  }),
  said('generation-create', 3, {
    ...{ ...named('cheap'), parentObservationId: 'llm', startTime: ms(3), endTime: ms(3.5) },
    ...{ ...usage(5, 1), costDetails: { input: 0.001, output: 0.002 } },
  }),
  said('event-create', 3, {
    ...named('moment'),
    parentObservationId: 'late',
    startTime: ms(3),
    name: 'moment',
  }),
  said('observation-update', 4, { ...named('never-created'), name: 'orphan', level: 'WARNING' }),
  said('span-create', 4, { ...named('late'), parentObservationId: 'root', startTime: ms(4), endTime: ms(5) }),
  said('span-create', 4, { ...named('elsewhere', OTHER), startTime: ms(4), metadata: { userId: 'u-2' } }),
  said('score-create', 7, { ...named('s-1'), observationId: 'llm', name: 'tone', value: 0.75 }),
  said('score-create', 7, { ...named('s-2'), name: 'topic', value: 'refund', dataType: 'CATEGORICAL' }),
]

async function recordOf(order: number[], cuts: boolean[], together: boolean) {
  const project = await hub.mint()
  const batches: unknown[][] = [[]]
  order.forEach((index, position) => {
    if (cuts[position]) batches.push([])
    batches.at(-1)?.push(ENTRIES[index])
  })
  if (together) await Promise.all(batches.map((batch) => hub.sendAll(project, batch)))
  else for (const batch of batches) await hub.sendAll(project, batch)
  const { traces, spans, events, evals } = await readRecord(hub.deps.database.sql, project.project_id)
  const by = (name: string) => (a: Record<string, unknown>, b: Record<string, unknown>) =>
    String(a[name]) < String(b[name]) ? -1 : 1
  const shown = await hub.traceOf(project, TRACE)
  return {
    traces,
    // Traces are numbered as they come.
    ...{ spans: spans.toSorted(by('span_key')), events, evals: evals.toSorted(by('eval_key')) },
    payloads: shown.spans.map(({ id, input, output, attributes }) => ({ id, input, output, attributes })),
    own: [shown.trace.input_text, shown.trace.output_text, shown.trace.attributes],
  }
}

const all = ENTRIES.map((_, index) => index)
const plain = recordOf(all, [], false)

test('every order and split of the entries, and every repetition, gives the same traces', async () => {
  const expected = await plain
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
      fc.array(fc.nat(all.length - 1), { maxLength: 6 }),
      fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
      fc.boolean(),
      async (order, repeats, cuts, together) => {
        const sent = [...order]
        for (const repeat of repeats) sent.splice(repeat, 0, order[repeat] ?? 0)
        expect(await recordOf(sent, cuts, together)).toEqual(expected)
      },
    ),
    { numRuns: Number(process.env['HUB_TEST_RUNS'] ?? 40) },
  )
}, 120_000)

test('the traces are what the entries mean', async () => {
  const { traces, spans, own, payloads } = await plain
  const one = (key: string) => spans.find((each) => each['span_key'] === key)
  expect(traces).toMatchObject([
    {
      ...{ name: '환불 상담', user_id: 'u', tags: ['a'], status: 0, total_spans: 6, ended_spans: 5 },
      // The generation below it bears usage, so its own is the sum that it repeats.
      ...{ input_tokens: '5', output_tokens: '1', cost_nano: '3000000', error_count: 1 },
    },
    { name: 'other', user_id: 'u-2', total_spans: 1, status: 0 },
  ])
  expect(own).toEqual(['q', 'answer', { metadata: { done: true } }])
  expect(one('root')).toMatchObject({ name: 'agent 2', status: 1, start_time: ms(1), end_time: ms(6) })
  expect(one('llm')).toMatchObject({ status: 2, error: 'cut off', input_tokens: 90, end_time: ms(3) })
  expect(one('never-created')).toMatchObject({ name: 'orphan', status: null, start_time: null })
  expect(payloads.find(({ id }) => id === 'root')).toMatchObject({
    output: { text: 'answer' },
    attributes: { metadata: { a: 1, b: 2 } },
  })
})
