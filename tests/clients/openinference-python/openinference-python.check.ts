import { afterAll, expect, test } from 'bun:test'
import { openPython } from '../open-python.ts'
import { VISITS, WAYS } from '../openinference/graph-app.mjs'

const { hub, play, stop } = await openPython(import.meta.dir)
afterAll(stop)

test('OpenInference in Python by environment variables: runs, nodes, tokens and failures are the truth', async () => {
  const project = await hub.mint()
  const { visits, ways, traces } = await play(project, 'app.py', ['openinference', 'openinference'])
  const [asked, answered] = traces
  expect(traces).toHaveLength(2)
  expect(visits).toEqual(VISITS)
  expect(ways).toEqual(WAYS)
  expect(asked?.trace).toMatchObject({
    ...{ name: 'shop', status: 'success', input_tokens: 240, output_tokens: 68, session_id: 'thread-1' },
  })
  expect(answered?.trace).toMatchObject({ status: 'success', input_tokens: 0, session_id: 'thread-1' })
  expect(asked?.spanOf('broken')).toMatchObject({ span_type: 'tool', status: 'error' })
  expect(asked?.spanOf('broken')?.error).toContain('bad tool')
  const model = asked?.spans.find(({ span_type }) => span_type === 'llm')
  expect(model).toMatchObject({ cache_read_tokens: 40, input: [{ role: 'user', content: 'what is it?' }] })
  // Its wire says that the node which asked a person went well, so nothing tells the question.
  expect(asked?.spanOf('approve')).toMatchObject({ status: 'success', output: null })
  expect(hub.seen.map(({ path, status }) => `${path} ${status}`)).toEqual(
    hub.seen.map(() => '/v1/traces 200'),
  )
})
