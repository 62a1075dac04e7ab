import { afterAll, expect, test } from 'bun:test'
import { at, entry, openLangfuse } from './open-langfuse.ts'

const hub = await openLangfuse()
afterAll(hub.stop)
const id = () => crypto.randomUUID()

type Json = Record<string, unknown>

/** What the hub makes of a generation that says this of its usage. */
async function generation(body: Json) {
  const trace = id()
  const times = { startTime: at(1), endTime: at(2) }
  const batch = [entry('generation-create', 1, { id: id(), traceId: trace, name: 'g', ...times, ...body })]
  const { spanOf, trace: told } = await hub.read(batch, trace)
  return { span: spanOf('g'), trace: told }
}

test.each<[string, Json, Json]>([
  [
    'buckets, the input without what was cached',
    { usageDetails: { input: 80, input_cache_read: 40, output: 24, total: 144 } },
    { input_tokens: 120, cache_read_tokens: 40, output_tokens: 24 },
  ],
  [
    'buckets of a user’s own names',
    { usageDetails: { input: 10, cache_read_input_tokens: 2, output: 5 } },
    { input_tokens: 12, cache_read_tokens: 2, output_tokens: 5 },
  ],
  [
    'what OpenAI answered, its buckets inside the input and the output',
    {
      usageDetails: {
        ...{ prompt_tokens: 120, completion_tokens: 24, total_tokens: 144 },
        prompt_tokens_details: { cached_tokens: 40, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 10 },
      },
    },
    { input_tokens: 120, cache_read_tokens: 40, output_tokens: 24, reasoning_tokens: 10 },
  ],
  [
    'the older form',
    { usage: { input: 7, output: 3, total: 10, unit: 'TOKENS', inputCost: 1, outputCost: 2, totalCost: 3 } },
    { input_tokens: 7, output_tokens: 3, cost_usd: 3 },
  ],
  [
    'the oldest form',
    { usage: { promptTokens: 7, completionTokens: 3, totalTokens: 10 } },
    { input_tokens: 7, output_tokens: 3 },
  ],
  ['a total alone', { usage: { total: 10 } }, { input_tokens: 10, output_tokens: null }],
  [
    'both forms, which say the same',
    { usage: { input: 7, output: 3, unit: 'TOKENS' }, usageDetails: { input: 7, output: 3, total: 10 } },
    { input_tokens: 7, output_tokens: 3 },
  ],
  [
    'characters, which are no tokens',
    { usage: { input: 700, output: 300, unit: 'CHARACTERS', totalCost: 0.5 } },
    { input_tokens: null, output_tokens: null, cost_usd: 0.5 },
  ],
  ['a cost in parts', { costDetails: { input: 0.25, output: 0.5 } }, { cost_usd: 0.75 }],
  ['a cost with its total', { costDetails: { input: 0.25, output: 0.5, total: 0.8 } }, { cost_usd: 0.8 }],
  [
    'no figures at all',
    { usage: { input: null, output: null, total: null } },
    { input_tokens: null, cost_usd: null },
  ],
])('usage: %s', async (_, body, expected) => {
  expect((await generation(body)).span).toMatchObject(expected)
})

test('usage that a parent repeats counts once in the trace', async () => {
  const [trace, parent] = [id(), id()]
  const times = { startTime: at(1), endTime: at(2), usage: { input: 7, output: 3 } }
  const { trace: told } = await hub.read(
    [
      entry('generation-create', 1, { id: parent, traceId: trace, ...times }),
      entry('generation-create', 1, { id: id(), traceId: trace, parentObservationId: parent, ...times }),
    ],
    trace,
  )
  expect(told).toMatchObject({ input_tokens: 7, output_tokens: 3 })
})

test.each<[string, Json, Json]>([
  ['a number', { value: 0.3 }, { score: 0.3, passed: false, label: null }],
  ['a number past half', { value: 5, dataType: 'NUMERIC' }, { score: 5, passed: true }],
  ['a verdict as a number', { value: 1, dataType: 'BOOLEAN' }, { score: 1, passed: true }],
  [
    'a verdict against it',
    { value: 0, dataType: 'BOOLEAN', comment: 'no source' },
    { passed: false, explanation: 'no source' },
  ],
  [
    'a category that fails',
    { value: 'incorrect', dataType: 'CATEGORICAL' },
    { score: 0, passed: false, label: 'incorrect' },
  ],
  [
    'a category that says neither',
    { value: 'formal', dataType: 'CATEGORICAL' },
    { score: 1, passed: true, label: 'formal' },
  ],
])('a score: %s', async (_, body, expected) => {
  const trace = id()
  const { evaluations } = await hub.read(
    [
      entry('score-create', 5, {
        id: 'score-1',
        traceId: trace,
        name: 'tone',
        metadata: { by: 'me' },
        ...body,
      }),
    ],
    trace,
  )
  const created_at = new Date(at(5)).toISOString()
  expect(evaluations).toMatchObject([{ ...expected, eval_name: 'tone', eval_model: 'langfuse', created_at }])
  expect(evaluations[0]?.metadata).toMatchObject({ by: 'me', score_id: 'score-1' })
})
