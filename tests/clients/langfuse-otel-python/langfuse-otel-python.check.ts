import { afterAll, expect, test } from 'bun:test'
import { openPython } from '../open-python.ts'
import { VISITS, WAYS } from '../openinference/graph-app.mjs'

const { hub, play, stop } = await openPython(import.meta.dir)
afterAll(stop)

test('the SDK 5 of Langfuse in Python by environment variables: LangGraph runs, and observations of its own', async () => {
  const project = await hub.mint()
  const { visits, ways, traces } = await play(project, 'app.py', ['langfuse', 'langfuse'])
  const [asked, answered, plain] = traces
  expect([traces.length, visits]).toEqual([3, VISITS])
  expect(ways).toEqual(WAYS)
  expect(asked?.trace).toMatchObject({
    ...{ name: 'shop', status: 'success', input_tokens: 240, output_tokens: 68 },
    ...{ user_id: 'u-1', session_id: 's-1', tags: ['beta'] },
  })
  expect(answered?.trace).toMatchObject({ status: 'success', session_id: 's-1' })
  expect(asked?.spanOf('broken')).toMatchObject({ span_type: 'tool', status: 'error' })
  const model = asked?.spans.find(({ span_type }) => span_type === 'llm')
  expect(model).toMatchObject({ input_tokens: 120, input: [{ role: 'user', content: 'what is it?' }] })
  // Its wire says that the node which asked a person went well, so nothing tells the question.
  expect(asked?.spanOf('approve')).toMatchObject({ status: 'success' })
  expect(plain?.trace).toMatchObject({ name: 'plain', input_tokens: 120, output_tokens: 24 })
  expect(plain?.spanOf('call')).toMatchObject({
    ...{ span_type: 'llm', status: 'error', error: 'cut off', model: 'gpt-4.1', cache_read_tokens: 40 },
    ...{ input: 'why?', output: 'because' },
  })
  expect(plain?.evaluations).toMatchObject([
    { eval_name: 'tone', score: 0.9, passed: true, explanation: 'kind' },
  ])
  const seen = new Set(hub.seen.map(({ path, status }) => `${path} ${status}`))
  expect([...seen].toSorted()).toEqual(['/api/public/otel/v1/traces 200', '/api/public/scores 202'])
})
