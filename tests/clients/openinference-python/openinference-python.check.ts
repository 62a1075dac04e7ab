import { afterAll, expect, test } from 'bun:test'
import { serveOtlp } from '../../otlp/serve-otlp.ts'
import { pythonOf } from '../../sdk/run-pytest.ts'
import { openSnippets } from '../../ui/open-snippets.ts'
import { VISITS, WAYS } from '../openinference/graph-app.mjs'

const hub = await serveOtlp()
afterAll(hub.stop)
const snippets = await openSnippets()
afterAll(snippets.stop)
const manifest = 'requirements.txt'
const python = await pythonOf({ folder: import.meta.dir, manifest, packages: ['--requirement', manifest] })

test('OpenInference in Python by environment variables: runs, nodes, tokens and failures are the truth', async () => {
  const project = await hub.mint()
  const place = { url: hub.url, key: project.key }
  const variables = await snippets.variablesOf('openinference', 'openinference', place)
  await hub.run(import.meta.dir, 'app.py', { ...variables, PYTHONDONTWRITEBYTECODE: '1' }, python)
  const { visits, ways, traces } = await hub.told(project)
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
