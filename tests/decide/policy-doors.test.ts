import { afterAll, expect, test } from 'bun:test'
import * as contract from '#shared/contract/policies.ts'
import { openPolicyBook } from '../../decide/policies/policy-book.ts'
import { openPolicies, rules } from './open-policies.ts'

const hub = await openPolicies()
const { ask, create, codeOf, sql } = hub
const book = openPolicyBook(hub.deps)
afterAll(async () => {
  await book.stop()
  await hub.stop()
})

/** Every operation on one policy, as method, path and body. */
const OPERATIONS = (id: string): [string, string, object?][] => [
  ['GET', `/api/v1/policies/${id}/versions`],
  ['POST', `/api/v1/policies/${id}/versions`, { definition: rules('THEIRS'), active: true }],
  ['POST', `/api/v1/policies/${id}/activate?version=1`],
  ['POST', `/api/v1/policies/${id}/rollback`],
  ['POST', `/api/v1/policies/${id}/deactivate`],
  ['GET', `/api/v1/policies/${id}/diff?from=1&to=1`],
  ['POST', `/api/v1/policies/${id}/test`, {}],
]

/** All that is stored of a project's policies. */
const everything = async (project_no: number) => sql`
  select v.version, v.active, v.scheduled, v.hash, p.name
  from policy_versions v join policies p using (policy_id)
  where v.project_no = ${project_no} order by v.policy_id, v.version`

test('a policy of another project is not there, on every route, and stays what it was (W-30)', async () => {
  const [owner, stranger] = [await hub.mint(), await hub.mint()]
  const owner_no = await hub.numberOf(owner)
  const { policy } = await create(owner, rules('OURS'), { active: true })
  await create(owner, rules('SECOND'))
  const before = await everything(owner_no)
  for (const [method, path, body] of OPERATIONS(policy.id)) {
    const { status, json } = await hub.send(stranger, method, path, body)
    expect(`${method} ${path} ${status} ${String(json['code'])}`).toBe(
      `${method} ${path} 404 policy_not_found`,
    )
    const nowhere = await hub.send(stranger, method, path.replace(policy.id, crypto.randomUUID()), body)
    expect([nowhere.status, nowhere.json['detail']]).toEqual([404, json['detail']])
  }
  expect(await ask(stranger, contract.listPolicies)).toEqual([])
  expect(await codeOf(book.forced(await hub.numberOf(stranger), policy.id, 1))).toBe('404 policy_not_found')
  expect(await everything(owner_no)).toEqual(before)
  expect(await hub.auditOf(stranger)).toEqual([])
})

test('an id that is no id is not found either', async () => {
  const project = await hub.mint()
  for (const id of ['x', '1', "'", '%00', crypto.randomUUID().slice(1)]) {
    for (const [method, path, body] of OPERATIONS(id)) {
      expect(`${path} ${(await hub.send(project, method, path, body)).status}`).toBe(`${path} 404`)
    }
  }
})

test('a key that applications carry decides nothing about policies (W-40)', async () => {
  const project = await hub.mint()
  const { policy } = await create(project, rules('OURS'), { active: true })
  const before = await everything(await hub.numberOf(project))
  const create_one: [string, string, object] = [
    'POST',
    '/api/v1/policies',
    { name: 'p', definition: rules('X'), active: true },
  ]
  for (const scope of ['ingest', 'read'] as const) {
    const key = await hub.keyOf(project, scope)
    for (const [method, path, body] of [create_one, ...OPERATIONS(policy.id)]) {
      const { status, json } = await hub.send({ ...project, key }, method, path, body)
      const is_reading = method === 'GET' || path.endsWith('/test')
      if (is_reading && scope === 'read') expect(`${path} ${status}`).toBe(`${path} 200`)
      else
        expect(`${scope} ${path} ${status} ${String(json['code'])}`).toBe(
          `${scope} ${path} 403 missing_scope`,
        )
    }
  }
  expect(await everything(await hub.numberOf(project))).toEqual(before)
})

test('a version that is not there is said to be just that, whoever asks for it (W-28)', async () => {
  const project = await hub.mint()
  const { policy } = await create(project, rules('ONE'))
  for (const path of ['activate?version=2', 'test?version=2']) {
    const { status, json } = await hub.send(
      project,
      'POST',
      `/api/v1/policies/${policy.id}/${path}`,
      path.startsWith('test') ? {} : undefined,
    )
    expect([status, json['code']]).toEqual([404, 'policy_version_not_found'])
  }
  expect((await hub.send(project, 'GET', `/api/v1/policies/${policy.id}/diff?from=1&to=9`)).status).toBe(404)
  const project_no = await hub.numberOf(project)
  expect(await codeOf(book.forced(project_no, policy.id, 2))).toBe('404 policy_version_not_found')
  const forced = await book.forced(project_no, policy.id, null)
  expect([forced.version, forced.policy.rules[0]?.outcome.reason_code]).toEqual([1, 'ONE'])
  for (const version of ['0', 'x', '']) {
    expect(
      (await hub.send(project, 'POST', `/api/v1/policies/${policy.id}/activate?version=${version}`)).status,
    ).toBe(422)
  }
})

test('a diff tells line by line what was added and removed, an object counting as its JSON', async () => {
  const project = await hub.mint()
  const { policy } = await create(project, { rules: [] })
  const params = { policy_id: policy.id }
  await ask(project, contract.createPolicyVersion, {
    params,
    body: { definition: { version: 2, rules: [] } },
  })
  const { lines } = await ask(project, contract.diffPolicy, { params, query: { from: 1, to: 2 } })
  expect(lines).toEqual([
    { kind: 'same', text: '{' },
    { kind: 'added', text: '  "version": 2,' },
    { kind: 'same', text: '  "rules": []' },
    { kind: 'same', text: '}' },
  ])
})

test('texts that have hardly a line in common are shown one after the other', async () => {
  const project = await hub.mint()
  const text = (sign: string) =>
    `rules: []\nmetadata:\n${Array.from({ length: 3000 }, (_, at) => `  ${sign}${at}: ${at}\n`).join('')}`
  const { policy } = await create(project, text('a'))
  const params = { policy_id: policy.id }
  await ask(project, contract.createPolicyVersion, { params, body: { definition: text('b') } })
  const { lines } = await ask(project, contract.diffPolicy, { params, query: { from: 1, to: 2 } })
  const kinds = Map.groupBy(lines, ({ kind }) => kind)
  expect([kinds.get('removed')?.length, kinds.get('added')?.length]).toEqual([3002, 3002])
})

test('tests run over a draft as well as over what is stored, and store nothing', async () => {
  const project = await hub.mint()
  const rule = 'rules:\n  - { id: card, when: signals.pii.count > 0, then: BLOCK }\n'
  const draft = `version: 2\n${rule}tests:
  - { name: a card, given: { output: "my card is 4111 1111 1111 1111" }, expect: { action: BLOCK, rule: card } }
  - { name: nothing, given: { output: hello }, expect: { action: BLOCK } }
`
  const { policy } = await create(project, `version: 2\n${rule}`)
  const params = { policy_id: policy.id }
  expect(await ask(project, contract.testPolicy, { params, body: {} })).toEqual({
    ok: true,
    tests: [],
    findings: [],
  })
  const { ok, tests } = await ask(project, contract.testPolicy, { params, body: { definition: draft } })
  expect(ok).toBe(false)
  expect(tests).toEqual([
    { name: 'a card', passed: true, got: { action: 'BLOCK', rule: 'card' } },
    { name: 'nothing', passed: false, got: { action: 'ALLOW_ANSWER', rule: null } },
  ])
  const broken = await ask(project, contract.testPolicy, { params, body: { definition: 'rules: 7' } })
  expect([broken.ok, broken.findings[0]?.code]).toEqual([false, 'invalid_value'])
  expect(await ask(project, contract.listPolicyVersions, { params })).toHaveLength(1)
})
