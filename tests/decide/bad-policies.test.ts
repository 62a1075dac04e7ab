import { afterAll, expect, test } from 'bun:test'
import * as contract from '#shared/contract/policies.ts'
import { openPolicyBook } from '../../decide/policies/policy-book.ts'
import { openPolicies, rules } from './open-policies.ts'

const hub = await openPolicies()
const { ask, create, sql } = hub
const book = openPolicyBook(hub.deps)
afterAll(async () => {
  await book.stop()
  await hub.stop()
})

const project = await hub.mint()
const OPEN = '('.repeat(5000)
const CLOSE = ')'.repeat(5000)

/** What is sent, the code of the first error, and its place where that says something. */
const BAD: [string, unknown, string, string?][] = [
  ['a text that is no YAML', 'rules: [', 'syntax', '1:9'],
  ['a list', '- 1', 'syntax', '1:1'],
  ['rules of a wrong type', { rules: 7 }, 'invalid_value', '2:12'],
  ['an unknown action, long', rules('X', 'A'.repeat(500)), 'unknown_action'],
  ['priorities of mixed types', { rules: [{ priority: 'high', when: {} }] }, 'invalid_value', '4:19'],
  [
    '`in` without a value, in version 2',
    'version: 2\nrules:\n  - {id: a, when: {all: [{op: in}]}, then: BLOCK}',
    'missing_field',
  ],
  ['a misspelt field', 'version: 2\nruless: []', 'unknown_field', '2:1'],
  [
    'a misspelt signal',
    'version: 2\nrules:\n  - {id: a, when: signals.pii.cout > 0, then: BLOCK}',
    'unknown_signal',
    '3:31',
  ],
  [
    'a type that does not fit',
    'version: 2\nrules:\n  - {id: a, when: signals.pii.count == "x", then: BLOCK}',
    'type_error',
  ],
  [
    '5,000 nested parentheses',
    `version: 2\nrules:\n  - {id: a, when: "${OPEN}true${CLOSE}", then: BLOCK}`,
    'too_large',
  ],
  ['5,000 nested lists', `rules: ${'['.repeat(5000)}`, 'too_deep'],
  ['100 nested objects', JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`), 'too_deep'],
  ['1 MB of YAML', `rules: []\n${'#'.repeat(1_048_576)}`, 'too_large'],
  ['1 MB of an object', { rules: [], metadata: { text: 'x'.repeat(1_048_576) } }, 'too_large'],
  [
    'a bomb of aliases',
    `a: &a [1,1]\n${Array.from('bcdefghi')
      .map((name, at) => `${name}: &${name} [*${'abcdefgh'[at]},*${'abcdefgh'[at]}]`)
      .join('\n')}`,
    'alias',
  ],
  [
    'the constructor of an object',
    'version: 2\nrules:\n  - {id: a, when: signals.constructor.name == "Object", then: BLOCK}',
    'unknown_signal',
  ],
  [
    'a prototype',
    'version: 2\nrules:\n  - {id: a, when: "signals.__proto__.count > 0", then: BLOCK}',
    'unknown_signal',
  ],
  [
    'a pattern of JavaScript',
    'version: 2\nsignals: {bad: {use: pattern, re2: "(a)\\\\1"}}\nrules: []',
    'invalid_value',
    '2:36',
  ],
  [
    'matches()',
    'version: 2\nrules:\n  - {id: a, when: "response.text.matches(\\"(a+)+$\\")", then: BLOCK}',
    'unsupported',
  ],
  [
    'a setting of no signal',
    'version: 2\nsignals: {pii: {kind: [card]}}\nrules: []',
    'unknown_field',
    '2:17',
  ],
  ['a kind that is not found', 'version: 2\nsignals: {pii: {kinds: [iban]}}\nrules: []', 'invalid_value'],
  [
    'a schema that is not understood',
    'version: 2\nsignals: {s: {use: json_schema, schema: {patternProperties: {}}}}\nrules: []',
    'invalid_value',
  ],
  [
    'six patterns',
    `version: 2\nsignals:\n${Array.from('abcdef')
      .map((name) => `  ${name}: {use: pattern, re2: x}\n`)
      .join('')}rules: []`,
    'invalid_value',
    '8:26',
  ],
]

for (const [field, value] of [
  ['sample', '0.25'],
  ['sample', '101%'],
  ['cache', '0s'],
  ['cache', '31d'],
  ['cache', '7'],
  ['budget', '5'],
  ['budget', '{usd_per_day: -1}'],
  ['budget', '{usd_per_day: "5"}'],
  ['timeout', '61s'],
  ['on_error', 'ALLOW'],
  ['returns', '{score: float}'],
  ['returns', '{a: action, b: action}'],
  ['endpoint', 'file:///etc/passwd'],
  ['prompt', `"${'x'.repeat(8001)}"`],
  ['model', '""'],
  ['use', 'oracle'],
] as const) {
  BAD.push([
    `a judge with ${field}: ${value.slice(0, 30)}`,
    `version: 2\njudges:\n  j: {${field}: ${value}}\nrules: []`,
    'invalid_value',
  ])
}

for (const [what, definition, code, place] of BAD) {
  test(`${what}: refused as ${code}, with its place, and nothing is stored (W-26)`, async () => {
    const { status, json } = await hub.send(project, 'POST', '/api/v1/policies', {
      name: 'p',
      definition,
      active: true,
    })
    expect([status, json['code']]).toEqual([422, 'invalid_policy'])
    const findings = json['findings'] as { code: string; severity: string; line: number; column: number }[]
    const first = findings.find(({ severity }) => severity === 'error')
    expect(first?.code).toBe(code as never)
    if (place) expect(`${first?.line}:${first?.column}`).toBe(place)
    const [detail] = json['detail'] as { type: string; loc: string[]; msg: string }[]
    expect(detail).toMatchObject({ type: code, loc: ['body', 'definition'] })
    expect(detail?.msg).toStartWith(`${first?.line}:${first?.column} `)
    const checked = await ask(project, contract.validatePolicy, {
      body: { definition: definition as string },
    })
    expect([checked.ok, checked.findings]).toEqual([false, findings as never])
    expect(await ask(project, contract.listPolicies)).toEqual([])
  })
}

test('what is misspelt comes with what was probably meant', async () => {
  const definition = `version: 2
default: ESCALAT
judgs: {}
rules:
  - id: a
    when: signals.pii.cout > 0
    thn: BLOCK
  - id: b
    when: { all: [{ field: signals.pii.count, op: gth, value: 1 }] }
    then: BLOK
`
  const { findings } = await ask(project, contract.validatePolicy, { body: { definition } })
  const meant = findings.flatMap(({ message }) => /did you mean "?(\w+)/.exec(message)?.[1] ?? [])
  expect(meant.toSorted()).toEqual(['BLOCK', 'ESCALATE', 'count', 'gt', 'judges', 'then'])
})

const FOUND: [string, string, string, string][] = [
  [
    'duplicate_id',
    '- {id: a, when: request.x == 1, then: BLOCK}\n- {id: a, when: request.x == 2, then: BLOCK}',
    'error',
    '4:8',
  ],
  [
    'unreachable_rule',
    '- {id: a, then: BLOCK}\n- {id: b, when: request.x == 1, then: BLOCK}',
    'warning',
    '4:3',
  ],
  ['never_matches', '- {id: a, when: request.x > 2 && request.x < 1, then: BLOCK}', 'warning', '3:17'],
  [
    'never_matches',
    '- {id: a, when: {all: [{field: request.x, op: gt, value: 2}, {field: request.x, op: lt, value: 1}]}, then: BLOCK}',
    'warning',
    '3:23',
  ],
  ['out_of_range', '- {id: a, when: signals.injection.score > 1.5, then: BLOCK}', 'warning', '3:17'],
  [
    'out_of_range',
    '- {id: a, when: {any: [{field: signals.injection.score, op: gt, value: 1.5}]}, then: BLOCK}',
    'warning',
    '3:72',
  ],
  [
    'type_error',
    '- {id: a, when: {any: [{field: signals.injection.score, op: gt, value: high}]}, then: BLOCK}',
    'error',
    '3:72',
  ],
  [
    'type_error',
    '- {id: a, when: {any: [{field: signals.pii.count, op: contains, value: 1}]}, then: BLOCK}',
    'error',
    '3:72',
  ],
  [
    'type_error',
    '- {id: a, when: {any: [{field: request.x, op: in, value: 7}]}, then: BLOCK}',
    'error',
    '3:58',
  ],
]
for (const [code, list, severity, place] of FOUND) {
  test(`${code} is found at its place in ${list.slice(0, 60)}`, async () => {
    const definition = `version: 2\nrules:\n${list}`
    const { findings } = await ask(project, contract.validatePolicy, { body: { definition } })
    expect(findings.map((one) => `${one.severity} ${one.code} ${one.line}:${one.column}`)).toEqual([
      `${severity} ${code} ${place}`,
    ])
  })
}

test('a judge that nobody reads, and one that is slower than the decision, are found', async () => {
  const definition = `version: 2
deadline: 500ms
judges:
  unused: { prompt: Score it., timeout: 100ms }
  slow: { prompt: Score it. }
rules:
  - { id: a, when: judges.slow.score > 0.5, then: BLOCK }
`
  const { ok, findings } = await ask(project, contract.validatePolicy, { body: { definition } })
  expect([ok, findings.map(({ code, line, column }) => `${code} ${line}:${column}`)]).toEqual([
    true,
    ['unused_judge 4:3', 'judge_exceeds_deadline 5:9'],
  ])
})

test('types that do not fit are warnings in a document of the MVP, which ran with them', async () => {
  const all = [
    { field: 'signals.pii.count', op: 'gt', value: 'many' },
    { field: 'request.x', op: 'in' },
  ]
  const definition = { rules: [{ when: { all }, then: { action: 'BLOCK' } }] }
  const { ok, findings } = await ask(project, contract.validatePolicy, { body: { definition } })
  expect([ok, findings.map(({ severity, code }) => `${severity} ${code}`)]).toEqual([
    true,
    ['warning type_error', 'warning type_error'],
  ])
})

test('a policy that nothing can break in evaluation stays in bounds: patterns and texts that hang other engines', async () => {
  const definition = `version: 2
signals: { slow: { use: pattern, re2: "(a+)+$" } }
rules:
  - { id: slow, when: signals.slow.match, then: BLOCK }
tests:
  - { name: hostile, given: { output: "${'a'.repeat(20_000)}!" }, expect: { action: ALLOW_ANSWER } }
`
  expect(await ask(project, contract.validatePolicy, { body: { definition } })).toEqual({
    ok: true,
    findings: [],
  })
})

test('a stored definition that no longer compiles decides by its default, and its findings are in the book', async () => {
  const own = await hub.mint()
  const project_no = await hub.numberOf(own)
  const { policy, version } = await create(own, rules('FINE'), { active: true })
  const spoilt = {
    version: 2,
    default: 'ESCALATE',
    rules: [{ id: 'a', when: 'signals.gone.count > 0', then: 'BLOCK' }],
  }
  const spoil = async (definition: unknown, hash: string) => {
    await sql`
      update policy_versions set definition = ${JSON.stringify(definition)}::text::json, hash = ${hash}
      where policy_id = ${policy.id}`
    hub.deps.bus.publish('policy.activated.v1', { project_no })
    return book.inForce(project_no)
  }
  const broken = await spoil(spoilt, 'spoilt')
  expect(broken).toMatchObject({ policy_id: policy.id, version: 1, hash: 'spoilt' })
  expect(broken.broken.map(({ code, line }) => `${code} ${line}`)).toEqual(['unknown_signal 7'])
  expect([broken.policy.rules.length, broken.policy.otherwise.action]).toEqual([0, 'ESCALATE'])
  const unreadable = await spoil('rules: [', 'unreadable')
  expect([unreadable.broken.length > 0, unreadable.policy.otherwise.action]).toEqual([true, 'ALLOW_ANSWER'])
  expect((await book.version(project_no, 'unreadable'))?.broken).toHaveLength(unreadable.broken.length)
  expect(await book.version(project_no, version.hash)).toBeNull()
})

test('an old version is found by its hash for a replay, in its own project only', async () => {
  const [own, other] = [await hub.mint(), await hub.mint()]
  const { policy, version } = await create(own, rules('OLD'), { active: true })
  const body = { definition: rules('NEW'), active: true }
  await ask(own, contract.createPolicyVersion, { params: { policy_id: policy.id }, body })
  const found = await book.version(await hub.numberOf(own), version.hash)
  expect([found?.version, found?.policy.rules[0]?.outcome.reason_code]).toEqual([1, 'OLD'])
  expect(await book.version(await hub.numberOf(other), version.hash)).toBeNull()
  const { hash } = await book.inForce(await hub.numberOf(other))
  expect((await book.version(await hub.numberOf(other), hash))?.name).toBe('builtin')
})
