import { expect, test } from 'bun:test'
import { runPytest } from '../../sdk/run-pytest.ts'

test('real LangGraph and OpenAI apps in Python are told as they ran', async () => {
  const manifest = 'requirements.txt'
  const packages = ['--requirement', manifest]
  const { code, said } = await runPytest({ folder: import.meta.dir, manifest, packages })
  expect(code).toBe(0)
  expect(said).not.toContain('skipped')
}, 600_000)
