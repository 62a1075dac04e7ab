import { afterAll, expect, test } from 'bun:test'
import { until } from '#shared/testing/until.ts'
import { openHub } from './open-hub.ts'

const hub = await openHub()
afterAll(hub.stop)
const { ask, mint, sql } = hub

/** A judge of an HTTP endpoint that answers when it is told to. */
function openJudge() {
  const waiting: (() => void)[] = []
  let answer: () => Response = () => Response.json({ score: 0.1 })
  let asked = 0
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch() {
      asked++
      const held = Promise.withResolvers<undefined>()
      waiting.push(() => held.resolve(undefined))
      await held.promise
      return answer()
    },
  })
  afterAll(() => server.stop(true))
  return {
    url: `http://127.0.0.1:${server.port}/v1/chat/completions`,
    asked: () => asked,
    release: () => waiting.splice(0).forEach((go) => go()),
    answerWith: (make: () => Response) => void (answer = make),
  }
}

const policyOf = (endpoint: string) => ({
  version: 2,
  deadline: '20s',
  judges: {
    faithful: {
      model: 'small-judge',
      endpoint,
      prompt: 'Score it.',
      returns: { score: 'number' },
      timeout: '15s',
      on_error: 'closed',
    },
  },
  rules: [
    { id: 'secret', when: 'signals.secrets.count > 0', then: 'BLOCK' },
    { id: 'unfaithful', when: 'judges.faithful.score < 0.5', then: 'NEED_CLARIFICATION' },
  ],
})

const SECRET = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_')

test('W-17: without a rule that matches, what the judge says stands; no default weakens it', async () => {
  const { decision } = await ask(await mint(), { input: 'here is my ssn', output: 'b' })
  expect(decision).toMatchObject({ action: 'ESCALATE', reason_code: 'PII_DETECTED', rule: null })
  expect(decision['judge']).toBe('heuristic')
})

test('W-42, W-43: a judge that hangs holds up nobody who does not need it', async () => {
  const project = await mint()
  const judge = openJudge()
  await hub.activate(project, policyOf(judge.url))
  let is_held = true
  const held = ask(project, { input: 'a', output: 'b' }).finally(() => (is_held = false))
  await until('the judge is asked', () => judge.asked() === 1)
  const others = await Promise.all(
    Array.from({ length: 20 }, async () => ask(project, { input: 'a', output: `key ${SECRET}` })),
  )
  expect(new Set(others.map(({ decision }) => decision['rule']))).toEqual(new Set(['secret']))
  expect(others[0]?.decision['judges_skipped']).toEqual(['faithful'])
  expect(is_held).toBe(true)
  judge.answerWith(() => Response.json({ choices: [{ message: { content: '{"score":0.1}' } }] }))
  judge.release()
  expect((await held).decision['rule']).toBe('unfaithful')
})

test('W-19: a judge has a span below the decision with the time it took, linked from its run', async () => {
  const project = await mint()
  const judge = openJudge()
  judge.answerWith(() =>
    Response.json({
      choices: [{ message: { content: '{"score":0.9}' } }],
      usage: { prompt_tokens: 12, completion_tokens: 3 },
    }),
  )
  await hub.activate(project, policyOf(judge.url))
  const asked = ask(project, { input: 'a', output: 'b' })
  await until('the judge is asked', () => judge.asked() === 1)
  await Bun.sleep(20)
  judge.release()
  const { decision, judge_runs } = await asked
  const run = judge_runs.find((one) => one['judge'] === 'faithful')
  expect(run).toMatchObject({ error: null, model: 'small-judge', input_tokens: 12, output_tokens: 3 })
  const { spans, trace } = await hub.readTrace(project, decision['trace_id'])
  const span = spans.find(({ id }) => id === run?.['span_id'])
  expect(span).toMatchObject({ span_type: 'judge', status: 'success', model: 'small-judge' })
  expect(span?.['parent_span_id']).toBe(decision['span_id'])
  expect(Number(span?.['duration_ms'])).toBeGreaterThanOrEqual(19)
  // The counters of the trace know the spans of the decision at once.
  expect(trace).toMatchObject({ total_spans: spans.length, has_open_spans: false, input_tokens: 12 })
})

test('a judge that fails is degraded, an error on the trace, and fails closed as its policy wants it', async () => {
  const project = await mint()
  const judge = openJudge()
  judge.answerWith(() => new Response('no', { status: 500 }))
  await hub.activate(project, policyOf(judge.url))
  const asked = ask(project, { input: 'a', output: 'b' })
  const letting = setInterval(judge.release, 10)
  const { decision, judge_runs } = await asked.finally(() => clearInterval(letting))
  expect(decision).toMatchObject({ rule: 'unfaithful', action: 'NEED_CLARIFICATION', degraded: true })
  const failed = judge_runs.find((one) => one['judge'] === 'faithful')
  expect(failed).toMatchObject({ error: 'http_500', output: null })
  const { spans, trace } = await hub.readTrace(project, decision['trace_id'])
  expect(spans.find(({ id }) => id === failed?.['span_id'])).toMatchObject({
    status: 'error',
    error: 'http_500',
  })
  expect(trace).toMatchObject({ error_count: 1, status: 'success' })
  const [told] = await sql<{ degraded: boolean }[]>`
    select (payload ->> 'degraded')::boolean as degraded from outbox
    where project_no = ${await hub.numberOf(project)} and event = 'decision.made'`
  expect(told?.degraded).toBe(true)
})

test('a repeat asks no judge again', async () => {
  const project = await mint()
  const judge = openJudge()
  judge.answerWith(() => Response.json({ choices: [{ message: { content: '{"score":0.9}' } }] }))
  await hub.activate(project, policyOf(judge.url))
  const body = { idempotency_key: 'once', input: 'a', output: 'b' }
  const letting = setInterval(judge.release, 10)
  const first = await ask(project, body)
  const again = await ask(project, body).finally(() => clearInterval(letting))
  expect(again.json).toEqual(first.json)
  expect(judge.asked()).toBe(1)
})
