import { afterAll, expect, test } from 'bun:test'
import { runPytest } from '../../sdk/run-pytest.ts'
import { openPython } from '../open-python.ts'

const { hub, suite, play, stop } = await openPython(import.meta.dir)
afterAll(stop)

test('the SDK 2 of Langfuse in Python is told as it ran', async () => {
  const { code, said } = await runPytest(suite)
  expect([code, said]).toEqual([0, expect.stringContaining('passed') as string])
  expect(said).not.toContain('skipped')
}, 600_000)

test('the SDK 2 of Langfuse in Python by the variables that a project without traces shows', async () => {
  const project = await hub.mint()
  const { traces } = await play(project, 'by_environment.py', ['langfuse', 'langfuse-python-2'])
  expect(traces.map(({ trace }) => trace)).toMatchObject([
    { name: 'hello', output_text: 'done', total_spans: 1 },
  ])
}, 600_000)
