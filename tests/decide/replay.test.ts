import { afterAll, expect, test } from 'bun:test'
import { ACTIONS } from '#shared/policy/actions.ts'
import { testHub } from '#shared/testing/hub.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { decide } from '../../decide/service.ts'
import { ingest } from '../../ingest/service.ts'
import { samplePolicies, sampleRequests } from './random-policies.ts'

const { api, deps, mint, send, stop } = await testHub([ingest, decide])

/** A judge that says the same of the same, now and then nonsense or nothing at all. */
const judge = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    const said = Bun.hash.xxHash32(await request.text())
    if (said % 8 === 0) return new Response('no', { status: 500 })
    if (said % 8 === 1) return new Response('{"action":')
    const share = (said % 100) / 100
    if (request.url.endsWith('/chat/completions')) {
      return Response.json({ choices: [{ message: { content: JSON.stringify({ score: share }) } }] })
    }
    return Response.json({ action: ACTIONS[said % 5], reason_code: 'SAID', confidence: share })
  },
})
const ENDPOINT = judge.url.href

afterAll(async () => {
  await stop()
  await judge.stop(true)
})

type Json = Record<string, unknown>
type Decided = { id: string; action: string; rule: string | null; reason_code: string }

const POLICIES = 40
const EACH = 25

async function createPolicy(project: TestProject, definition: unknown, more: object = {}): Promise<string> {
  const { status, json } = await send(project, 'POST', '/api/v1/policies', { name: 'p', definition, ...more })
  if (status !== 200) throw new Error(JSON.stringify(json))
  return (json['policy'] as { id: string }).id
}

async function decideOn(
  project: TestProject,
  body: Json,
  search = '',
): Promise<Json & { decision: Decided }> {
  const { status, json } = await send(project, 'POST', `/api/v1/decide${search}`, body)
  if (status !== 200) throw new Error(JSON.stringify(json))
  return json as Json & { decision: Decided }
}

const replayed = async (project: TestProject, id: string) =>
  (await send(project, 'POST', `/api/v1/decisions/${id}/replay`)).json

test('1,000 stored decisions of random policies, decided again, come out as they did', async () => {
  const project = await mint()
  const differing: unknown[] = []
  const seen = new Set<string>()
  let replays = 0
  for (const [at, definition] of samplePolicies(POLICIES, 7, ENDPOINT).entries()) {
    const force_policy_id = await createPolicy(project, definition)
    const requests = sampleRequests(EACH, at + 1)
    const decisions = await Promise.all(
      requests.map(async (request, n) => {
        const body = { ...request, force_policy_id, idempotency_key: `${at}-${n}` }
        return (await decideOn(project, body)).decision
      }),
    )
    const answers = await Promise.all(decisions.map(({ id }) => replayed(project, id)))
    for (const [n, { action, rule, reason_code }] of decisions.entries()) {
      const same = { same: true, stored: { action, rule }, replayed: { action, rule, reason_code } }
      if (!Bun.deepEquals(answers[n], same))
        differing.push({ at, action, rule, reason_code, answer: answers[n] })
      seen.add(`${action} ${rule === null ? 'without' : 'by'} a rule`)
      replays++
    }
  }
  expect(differing).toEqual([])
  expect(replays).toBe(POLICIES * EACH)
  // All five actions came about by rules, and most without one.
  expect(seen.size).toBeGreaterThanOrEqual(8)
  const [runs] = await deps.database.sql<[{ failed: number; answered: number }]>`
    select count(r.error)::int failed, (count(*) - count(r.error))::int answered
    from judge_runs r join projects using (project_no)
    where project_id = ${project.project_id} and provider <> 'heuristic'`
  expect(Math.min(runs.failed, runs.answered)).toBeGreaterThan(20)
}, 120_000)

test('a decision is explained later as it was when it was made', async () => {
  const project = await mint()
  for (const [at, definition] of samplePolicies(10, 21, ENDPOINT).entries()) {
    const force_policy_id = await createPolicy(project, definition)
    for (const [n, request] of sampleRequests(3, at + 50).entries()) {
      const body = { ...request, force_policy_id, idempotency_key: `${at}-${n}` }
      const { decision, explain } = await decideOn(project, body, '?explain=1')
      const { json } = await send(project, 'GET', `/api/v1/decisions/${decision.id}`)
      expect(json['explain']).toEqual(explain as Json)
      const rules = (explain as { rules: { id: string; result: string }[] }).rules
      const matching = rules.filter(({ result }) => result === 'matched' || result === 'failed_closed')
      const ids = matching.map(({ id }): string | null => id)
      // A rule that counts as matched stands in the explanation also where a stronger one behind it decided.
      expect(ids.length === 0 ? [null] : [...ids, null]).toContain(decision.rule)
    }
  }
}, 60_000)

test('what was found is told by its places, and no word of it stands in an explanation or in the log', async () => {
  const project = await mint()
  const mail = ['kim', 'example.com'].join('@')
  const card = ['4111', '1111', '1111', '1111'].join(' ')
  const rules = [
    { id: 'pii', when: 'signals.pii.count > 5', then: 'BLOCK' },
    { id: 'text', when: 'response.text == "other"', then: 'BLOCK' },
  ]
  const { decision, explain } = await decideOn(
    project,
    {
      force_policy_id: await createPolicy(project, { version: 2, rules }),
      idempotency_key: 'k',
      input: 'How do I pay?',
      output: `Send ${card} to ${mail}`,
      response_payload: { text: mail },
      trace: {},
    },
    '?explain=1',
  )
  const { json } = await send(project, 'GET', `/api/v1/decisions/${decision.id}`)
  for (const told of [JSON.stringify(explain), JSON.stringify(json['explain']), deps.logged.join('\n')]) {
    expect(told).not.toContain(mail)
    expect(told).not.toContain(card)
  }
  const { found } = json['explain'] as {
    found: Record<string, { kind: string; start: number; end: number }[]>
  }
  const places = Object.values(found).flat()
  expect(places).toContainEqual({ kind: 'card', in: 'output', start: 5, end: 24 } as never)
})

test('a decision whose policy this release cannot read is shown without an explanation, and is not replayed', async () => {
  const project = await mint()
  const rules = [{ id: 'r', when: 'signals.pii.count > 0', then: 'BLOCK' }]
  const body = { input: 'a', output: 'b', trace: {} }
  const policies = []
  for (const name of ['broken', 'gone']) {
    policies.push(await createPolicy(project, { version: 2, name, rules }))
  }
  const ids = []
  for (const force_policy_id of policies) {
    const { decision } = await decideOn(project, {
      ...body,
      force_policy_id,
      idempotency_key: force_policy_id,
    })
    ids.push(decision.id)
  }
  const broken = JSON.stringify({
    version: 2,
    rules: [{ id: 'r', when: 'signals.gone.count > 0', then: 'BLOCK' }],
  })
  await deps.database
    .sql`update policy_versions set definition = ${broken}::text::json, hash = 'sha256:other' where policy_id = ${policies[0] ?? ''}`
  await deps.database
    .sql`update decisions set policy_hash = 'sha256:other' where decision_id = ${ids[0] ?? ''}`
  await deps.database.sql`delete from policy_versions where policy_id = ${policies[1] ?? ''}`
  for (const [at, unexplained] of ['policy_broken', 'policy_gone'].entries()) {
    const { status, json } = await send(project, 'GET', `/api/v1/decisions/${ids[at] ?? ''}`)
    expect({ status, ...json }).toMatchObject({
      status: 200,
      explain: null,
      unexplained,
      evidence_erased: false,
    })
    const replay = await send(project, 'POST', `/api/v1/decisions/${ids[at] ?? ''}/replay`)
    expect(replay).toMatchObject({ status: 409, json: { code: 'not_replayable' } })
    expect(replay.json['detail']).toContain(unexplained)
  }
})

test('a key that may only ingest reads no decision, and one that may only read replays it', async () => {
  const project = await mint()
  const { decision } = await decideOn(project, { idempotency_key: 'k', input: 'a', output: 'b', trace: {} })
  const statuses: Record<string, number[]> = {}
  for (const scope of ['ingest', 'read']) {
    const created = await api.request('POST', `/api/v1/projects/${project.project_id}/keys`, {
      key: 'dev-key',
      body: { name: scope, scope },
    })
    const { api_key } = (await created.json()) as { api_key: string }
    const own = { ...project, key: api_key }
    const path = `/api/v1/decisions/${decision.id}`
    statuses[scope] = [
      (await send(own, 'GET', path)).status,
      (await send(own, 'POST', `${path}/replay`)).status,
    ]
  }
  expect(statuses).toEqual({ ingest: [403, 403], read: [200, 200] })
})
