import { afterAll, expect, test } from 'bun:test'
import { serveOtlp } from '../../otlp/serve-otlp.ts'
import { pythonOf, runPytest } from '../../sdk/run-pytest.ts'
import { openSnippets } from '../../ui/open-snippets.ts'

const manifest = 'requirements.txt'
const suite = { folder: import.meta.dir, manifest, packages: ['--requirement', manifest] }
const hub = await serveOtlp()
afterAll(hub.stop)
const snippets = await openSnippets()
afterAll(snippets.stop)

test('the SDK 2 of Langfuse in Python is told as it ran', async () => {
  const { code, said } = await runPytest(suite)
  expect([code, said]).toEqual([0, expect.stringContaining('passed') as string])
  expect(said).not.toContain('skipped')
}, 600_000)

test('the SDK 2 of Langfuse in Python by the variables that a project without traces shows', async () => {
  const project = await hub.mint()
  const place = { url: hub.url, key: project.key }
  const variables = await snippets.variablesOf('langfuse', 'langfuse-python-2', place)
  const env = { ...variables, PYTHONDONTWRITEBYTECODE: '1' }
  await hub.run(import.meta.dir, 'by_environment.py', env, await pythonOf(suite))
  const { traces } = await hub.told(project)
  expect(traces.map(({ trace }) => trace)).toMatchObject([
    { name: 'hello', output_text: 'done', total_spans: 1 },
  ])
}, 600_000)
