import { expect, test } from 'bun:test'
import { FINDING_CODES } from '#shared/policy/finding.ts'
import { OPERATORS } from '#shared/policy/conditions.ts'
import { ACTIONS } from '#shared/policy/actions.ts'
import { JUDGE_KINDS } from '#shared/policy/policy.ts'
import { runTests } from '#shared/policy/run-tests.ts'
import { compileDefinition } from '../../decide/policies/compile-definition.ts'
import { testFacts } from '../../decide/policies/test-facts.ts'
import { CATALOGUE } from '../../decide/signals/catalogue.ts'

const text = await Bun.file(new URL('../../docs/policy-language.md', import.meta.url)).text()
const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, body]) => body ?? '')

test('every example of the documentation is read without a finding, and its tests pass', () => {
  expect(examples.length).toBe(4)
  for (const example of examples) {
    const { policy, findings } = compileDefinition(example)
    expect(findings).toEqual([])
    const results = runTests(policy ?? expect.unreachable(), testFacts)
    expect(results.filter(({ passed }) => !passed)).toEqual([])
    expect(results.length).toBeGreaterThan(0)
  }
})

test('every signal is named with its type and meaning, and none that there is not', () => {
  const rows = CATALOGUE.map(({ name, type, description }) => {
    const row =
      text.split('\n').find((line) => line.startsWith(`| \`signals.${name}\` |`)) ?? `${name}: no row`
    return [
      name,
      row.includes(`| ${type === 'list' ? 'list of text' : type}`),
      row.endsWith(`| ${description} |`),
    ]
  })
  expect(rows.filter(([, has_type, has_meaning]) => !has_type || !has_meaning)).toEqual([])
  const named = [...text.matchAll(/^\| `signals\.([\w.]+)` \|/gm)].map(([, name]) => name ?? '')
  expect(named.toSorted()).toEqual(CATALOGUE.map(({ name }) => name).toSorted())
  for (const { bare } of CATALOGUE) if (bare) expect(text).toContain(`\`signals.${bare}\``)
})

test('every action, operator, kind of judge and code of a finding is named', () => {
  for (const word of [...ACTIONS, ...OPERATORS, ...JUDGE_KINDS]) expect(text).toContain(`\`${word}\``)
  for (const code of FINDING_CODES) expect(text).toContain(`| \`${code}\` |`)
})

test('every function and sign that CEL has here is named, and works', () => {
  const conditions = [
    'size(response.list) == 2 && response.text.size() == 5',
    'has(response.text) && !has(response.nothing)',
    'response.text.contains("ell") && response.text.startsWith("he") && response.text.endsWith("lo")',
    'response.upper.lowerAscii() == "hello"',
    'response.list.exists(x, x > 1) && response.list.all(x, x > 0)',
    '(1 + 2 * 3 - 4) / 3 == 1.0 && 7 % 2 == 1 && ("a" + "b") == "ab"',
    'response.list[0] == 1 && response["text"] != "x" && "text" in response && 2 in [1, 2]',
    '(true ? 1 : 2) == 1 && -1 < 0 && !(1 >= 2) && (false || 2 <= 2) && null == null',
  ]
  const response = { text: 'hello', upper: 'HELLO', list: [1, 2] }
  for (const when of conditions) {
    const { policy, findings } = compileDefinition({
      version: 2,
      rules: [{ id: 'a', when, then: 'BLOCK' }],
      tests: [{ name: when, given: { response }, expect: { rule: 'a' } }],
    })
    expect(findings).toEqual([])
    expect(runTests(policy ?? expect.unreachable(), testFacts)).toMatchObject([{ name: when, passed: true }])
  }
  for (const name of ['has', 'size', 'contains', 'startsWith', 'endsWith', 'lowerAscii', 'exists', 'all']) {
    expect(text).toMatch(new RegExp(`\`[^\`]*\\b${name}\\(`))
  }
})
