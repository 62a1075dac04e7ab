import { afterAll, expect, test } from 'bun:test'
import { serveOtlp } from '../../otlp/serve-otlp.ts'
import { openSnippets } from '../../ui/open-snippets.ts'
import { VISITS } from '../openinference/graph-app.mjs'

const PATH = '/api/public/ingestion'
/** The first request is turned away, as by a hub that is at its limit. */
let turned_away = false
const hub = await serveOtlp(() => {
  if (turned_away) return undefined
  turned_away = true
  return Response.json({ code: 'overloaded' }, { status: 429, headers: { 'retry-after': '1' } })
})
afterAll(hub.stop)
const snippets = await openSnippets()
afterAll(snippets.stop)

test('the SDK 3 of Langfuse by environment variables: LangGraph runs, observations and scores', async () => {
  const project = await hub.mint()
  const { err } = await hub.run(import.meta.dir, 'app.mjs', {
    ...(await snippets.variablesOf('langfuse', 'langfuse-javascript-3', { url: hub.url, key: project.key })),
  })
  expect(err).toBe('')
  const { visits, traces } = await hub.told(project)
  const [first, second, plain] = traces
  expect([traces.length, visits]).toEqual([3, VISITS])
  expect(first?.trace).toMatchObject({
    ...{ name: 'shop', status: 'success', input_tokens: 240, output_tokens: 68, total_spans: 22 },
    ...{ user_id: 'u-1', session_id: 's-1', tags: ['beta'], has_open_spans: false },
  })
  expect(second?.trace).toMatchObject({ status: 'success', session_id: 's-1' })
  expect(first?.spanOf('broken')).toMatchObject({ status: 'error', error: 'TypeError: bad tool' })
  expect(first?.spanOf('approve')).toMatchObject({ status: 'interrupted' })
  const model = first?.spans.find(({ span_type }) => span_type === 'llm')
  expect(model).toMatchObject({
    ...{ model: 'gpt-4.1-mini', input_tokens: 120, cache_read_tokens: 40, output_tokens: 34 },
    input: [{ role: 'user', content: 'what is it?' }],
  })
  expect(plain?.trace).toMatchObject({
    ...{
      name: 'plain',
      user_id: 'u-2',
      session_id: 's-2',
      tags: ['alpha'],
      release: 'r-7',
      environment: 'staging',
    },
    ...{ input_tokens: 120, output_tokens: 24, output_text: 'because' },
  })
  expect(plain?.spanOf('work')).toMatchObject({
    ...{ input: { q: 'why?' }, output: 'because' },
    attributes: { metadata: { attempt: 1, done: true } },
  })
  expect(plain?.spanOf('call')).toMatchObject({ status: 'error', error: 'cut off', model: 'gpt-4.1' })
  expect(plain?.spanOf('cache miss')).toMatchObject({ span_type: 'event', input: 'key' })
  const scores = plain?.evaluations.map(({ eval_name, score, passed, label }) => [
    eval_name,
    score,
    passed,
    label,
  ])
  expect(scores?.toSorted()).toEqual([
    ['grounded', 0, false, null],
    ['tone', 0.8, true, null],
    ['topic', 1, true, 'refund'],
  ])
  expect(hub.seen.map(({ path, status }) => `${path} ${status}`)).toEqual([
    `${PATH} 429`,
    ...hub.seen.slice(1).map(() => `${PATH} 207`),
  ])
})
