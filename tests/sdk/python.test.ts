import { join } from 'node:path'
import { expect, test } from 'bun:test'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { runPytest } from './run-pytest.ts'

const SDK = join(import.meta.dir, '../../sdk/python')

suiteThatNeeds('python', 'the Python SDK', () => {
  test('the tests of the Python SDK pass against a hub', async () => {
    const packages = ['--editable', '.[test]']
    const { code, said } = await runPytest({ folder: SDK, manifest: 'pyproject.toml', packages })
    if (code !== 0) console.log(said)
    expect(code).toBe(0)
    expect(said).not.toContain('skipped')
  }, 300_000)
})
