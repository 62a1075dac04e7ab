import { afterAll, expect, test } from 'bun:test'
import * as contract from '#shared/contract/policies.ts'
import { until } from '#shared/testing/until.ts'
import { openPolicyBook } from '../../decide/policies/policy-book.ts'
import { FAILING, openPolicies, rules } from './open-policies.ts'

const hub = await openPolicies()
const { ask, create, codeOf, sql } = hub
const book = openPolicyBook(hub.deps)
afterAll(async () => {
  await book.stop()
  await hub.stop()
})

const HOUR = 3_600_000
const inAnHour = () => new Date(Date.now() + HOUR).toISOString()

test("the MVP's body makes a policy whose version 1 is answered with all of the MVP's fields", async () => {
  const project = await hub.mint()
  const definition = rules('PII_DETECTED', 'ESCALATE')
  const { json, status } = await hub.send(project, 'POST', '/api/v1/policies', {
    name: 'default-safety',
    description: 'Default safety policy',
    effective_from: '2026-01-01T00:00:00',
    active: true,
    definition,
  })
  expect(status).toBe(200)
  expect(json).toMatchObject({
    policy: {
      project_id: project.project_id,
      name: 'default-safety',
      description: 'Default safety policy',
      latest_version: 1,
      active_version: 1,
    },
    version: { version: 1, effective_from: '2026-01-01T00:00:00.000Z', active: true, definition },
    findings: [],
  })
})

test('a time is UTC without a zone, now when there is none, and refused when it is no time', async () => {
  const project = await hub.mint()
  const times = {
    '2026-03-01': '2026-03-01T00:00:00.000Z',
    '2026-03-01T09:00:00+09:00': '2026-03-01T00:00:00.000Z',
  }
  for (const [effective_from, read] of Object.entries(times)) {
    const { version } = await create(project, rules('A'), { effective_from })
    expect([version.effective_from, version.active]).toEqual([read, false])
  }
  const before = Date.now()
  const { version } = await create(project, rules('A'))
  expect(Date.parse(version.effective_from)).toBeGreaterThanOrEqual(before)
  expect(await codeOf(create(project, rules('A'), { effective_from: 'soon' }))).toBe('422 validation_error')
  expect(await ask(project, contract.listPolicies)).toHaveLength(3)
})

test('YAML comes back byte for byte, an object member by member (W-27)', async () => {
  const project = await hub.mint()
  const text = '# our rules\r\nversion: 2\nrules:   []\n\n# 끝 "quoted" \u0007\n'
  const sent = {
    rules: [{ when: {}, then: { reason_code: 'Z', action: 'BLOCK' }, priority: 1 }],
    metadata: { b: 1, a: 2 },
  }
  const { policy } = await create(project, text)
  const body = { definition: sent }
  await ask(project, contract.createPolicyVersion, { params: { policy_id: policy.id }, body })
  const versions = await ask(project, contract.listPolicyVersions, { params: { policy_id: policy.id } })
  expect(versions.map(({ version }) => version)).toEqual([2, 1])
  expect(JSON.stringify(versions[0]?.definition)).toBe(JSON.stringify(sent))
  expect(versions[1]?.definition).toBe(text)
})

test('versions are added, activated, rolled back and taken out of service, and each deed is audited (W-27)', async () => {
  const project = await hub.mint()
  const { policy } = await create(project, rules('ONE'), { active: true })
  const params = { policy_id: policy.id }
  const standing = async () => {
    const [listed] = await ask(project, contract.listPolicies)
    const { version } = await book.inForce(await hub.numberOf(project))
    return [listed?.latest_version, listed?.active_version, version]
  }
  const second = await ask(project, contract.createPolicyVersion, {
    params,
    body: { definition: rules('TWO') },
  })
  expect([second.version, second.active, second.findings]).toEqual([2, false, []])
  expect(await standing()).toEqual([2, 1, 1])
  expect((await ask(project, contract.activatePolicy, { params, query: { version: 2 } })).active).toBe(true)
  expect(await standing()).toEqual([2, 2, 2])
  await ask(project, contract.createPolicyVersion, {
    params,
    body: { definition: rules('THREE'), active: true },
  })
  expect(await standing()).toEqual([3, 3, 3])
  const back = await ask(project, contract.rollbackPolicy, { params })
  expect([back.version, back.active]).toEqual([2, true])
  expect((await ask(project, contract.rollbackPolicy, { params })).version).toBe(1)
  expect(await codeOf(ask(project, contract.rollbackPolicy, { params }))).toBe('409 nothing_to_roll_back')
  expect(await standing()).toEqual([3, 1, 1])
  expect((await ask(project, contract.deactivatePolicy, { params })).active_version).toBeNull()
  expect(await standing()).toEqual([3, null, null])
  expect(await codeOf(ask(project, contract.rollbackPolicy, { params }))).toBe('409 nothing_to_roll_back')
  const audit = await hub.auditOf(project)
  expect(
    audit.map(({ action, detail }) => [action, detail['version'] ?? detail['to_version'] ?? ''].join(' ')),
  ).toEqual([
    'policy.created ',
    'policy.activated 1',
    'policy.version_added 2',
    'policy.activated 2',
    'policy.version_added 3',
    'policy.activated 3',
    'policy.rolled_back 2',
    'policy.rolled_back 1',
    'policy.deactivated ',
  ])
  expect(audit.every(({ actor }) => /^[0-9a-f-]{36}$/.test(actor))).toBe(true)
})

test('one version decides for a project: activating another policy ends the first, a rollback brings it back', async () => {
  const project = await hub.mint()
  const one = await create(project, rules('ONE'), { active: true })
  const two = await create(project, rules('TWO'), { active: true })
  const active = async () =>
    (await ask(project, contract.listPolicies)).map(({ active_version }) => active_version)
  expect(await active()).toEqual([1, null])
  const back = await ask(project, contract.rollbackPolicy, { params: { policy_id: two.policy.id } })
  expect([back.policy_id, back.active]).toEqual([one.policy.id, true])
  expect(await active()).toEqual([null, 1])
})

test('of many activations at once one version is left active, and none fails (W-46)', async () => {
  const project = await hub.mint()
  const policies = [await create(project, rules('A')), await create(project, rules('B'))]
  const asked = Array.from({ length: 12 }, async (_, at) =>
    ask(project, contract.activatePolicy, {
      params: { policy_id: policies[at % 2]?.policy.id ?? '' },
      query: { version: 1 },
    }),
  )
  const answers = await Promise.all(asked)
  expect(answers.every(({ active }) => active)).toBe(true)
  const [counted] = await sql<{ active: number }[]>`
    select count(*)::integer as active from policy_versions
    where project_no = ${await hub.numberOf(project)} and active`
  expect(counted?.active).toBe(1)
  const listed = await ask(project, contract.listPolicies)
  expect(listed.filter(({ active_version }) => active_version !== null)).toHaveLength(1)
})

test('versions that are added at once get numbers of their own', async () => {
  const project = await hub.mint()
  const { policy } = await create(project, rules('A'))
  const params = { policy_id: policy.id }
  const asked = Array.from({ length: 8 }, async () =>
    ask(project, contract.createPolicyVersion, { params, body: { definition: rules('B') } }),
  )
  const numbers = (await Promise.all(asked)).map(({ version }) => version)
  expect(numbers.toSorted((one, other) => one - other)).toEqual([2, 3, 4, 5, 6, 7, 8, 9])
})

test('a failing test of the document keeps a version from deciding, and names itself', async () => {
  const project = await hub.mint()
  const now = { name: 'p', definition: FAILING, active: true }
  const refused = await hub.send(project, 'POST', '/api/v1/policies', now)
  expect([refused.status, refused.json['code']]).toEqual([422, 'policy_tests_failed'])
  expect(JSON.stringify(refused.json['detail'])).toContain('a card is blocked')
  expect(await ask(project, contract.listPolicies)).toEqual([])
  const { policy, findings } = await create(project, FAILING)
  expect(findings.map(({ code }) => code)).toEqual(['test_failed'])
  const activate = { params: { policy_id: policy.id }, query: { version: 1 } }
  expect(await codeOf(ask(project, contract.activatePolicy, activate))).toBe('422 policy_tests_failed')
  const later = { name: 'p', definition: FAILING, active: true, effective_from: inAnHour() }
  expect((await hub.send(project, 'POST', '/api/v1/policies', later)).status).toBe(422)
  expect((await book.inForce(await hub.numberOf(project))).name).toBe('builtin')
  expect((await hub.auditOf(project)).map(({ action }) => action)).toEqual(['policy.created'])
})

test('a failing test is not hidden behind a hundred other findings', async () => {
  const project = await hub.mint()
  const hundred = Array.from(
    { length: 120 },
    (_, at) => `  - { id: r${at}, when: signals.injection.score > ${at + 2}.0, then: BLOCK }`,
  )
  const definition = FAILING.replace('rules:', `rules:\n${hundred.join('\n')}`)
  const { json } = await hub.send(project, 'POST', '/api/v1/policies', {
    name: 'p',
    definition,
    active: true,
  })
  expect([json['code'], JSON.stringify(json['detail'])]).toEqual([
    'policy_tests_failed',
    expect.stringContaining('a card is blocked'),
  ])
})

test('a version of the future takes over at its time, in every book at once and then in the table', async () => {
  const project = await hub.mint()
  const project_no = await hub.numberOf(project)
  const at = Date.now() + HOUR
  const { policy } = await create(project, rules('NOW'), { active: true })
  const params = { policy_id: policy.id }
  const effective_from = new Date(at).toISOString()
  const body = { definition: rules('LATER'), effective_from, active: true }
  const ahead = await ask(project, contract.createPolicyVersion, { params, body })
  expect([ahead.active, ahead.scheduled]).toEqual([false, true])
  const standing = async () => {
    const [listed] = await ask(project, contract.listPolicies)
    return [listed?.active_version, listed?.scheduled_version, (await book.inForce(project_no)).version]
  }
  const stored = async () => {
    const rows = await sql<{ version: number; scheduled: boolean }[]>`
        select version, scheduled from policy_versions where project_no = ${project_no} and active`
    return rows.map(({ version, scheduled }) => ({ version, scheduled }))
  }
  expect(await standing()).toEqual([1, 2, 1])
  hub.deps.setClock(at - 1)
  expect(await standing()).toEqual([1, 2, 1])
  hub.deps.setClock(at)
  expect(await standing()).toEqual([2, null, 2])
  await until('the table says so', async () => (await stored())[0]?.version === 2)
  expect(await stored()).toEqual([{ version: 2, scheduled: false }])
  expect(await standing()).toEqual([2, null, 2])
  const audit = await hub.auditOf(project)
  expect(audit.at(-1)).toMatchObject({
    action: 'policy.activated',
    actor: 'schedule',
    detail: { version: 2 },
  })
  expect((await ask(project, contract.rollbackPolicy, { params })).version).toBe(1)
  hub.deps.setClock(null)
})

test('what is scheduled can be taken back, and a later schedule of the same policy replaces it', async () => {
  const project = await hub.mint()
  const { policy } = await create(project, rules('A'), { active: true, effective_from: inAnHour() })
  const params = { policy_id: policy.id }
  const body = { definition: rules('B'), active: true, effective_from: inAnHour() }
  await ask(project, contract.createPolicyVersion, { params, body })
  const versions = await ask(project, contract.listPolicyVersions, { params })
  expect(versions.map(({ scheduled }) => scheduled)).toEqual([true, false])
  const ended = await ask(project, contract.deactivatePolicy, { params })
  expect([ended.active_version, ended.scheduled_version]).toEqual([null, null])
  hub.deps.setClock(Date.now() + 2 * HOUR)
  expect((await book.inForce(await hub.numberOf(project))).name).toBe('builtin')
  hub.deps.setClock(null)
})
