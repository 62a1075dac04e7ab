import { expect, test } from 'bun:test'
import { compilePolicy } from './compile-policy.ts'
import { runTests } from './run-tests.ts'

const CATALOGUE = [
  { name: 'signals.pii.count', type: 'int', min: 0, description: 'found' },
  { name: 'signals.injection.score', type: 'double', min: 0, max: 1, description: 'score' },
] as const

const text = await Bun.file(new URL('../../docs/policy-language.md', import.meta.url)).text()
const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, body]) => body ?? '')

test('every example of the documentation is read without a finding, and its tests pass', () => {
  expect(examples.length).toBe(2)
  for (const example of examples) {
    const { policy, findings } = compilePolicy(example, CATALOGUE)
    expect(findings).toEqual([])
    const results = runTests(policy ?? expect.unreachable(), (given) => ({
      values: given,
      pending: [],
      closed: [],
      verdicts: {},
    }))
    expect(results.filter(({ passed }) => !passed)).toEqual([])
  }
})
