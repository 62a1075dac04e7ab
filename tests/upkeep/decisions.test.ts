import { expect, test } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import { expireDecisions } from '../../decide/decisions/expire-decisions.ts'
import { rollUp } from '../../ingest/record/roll-up.ts'
import { erase } from '../../ingest/upkeep/erase.ts'
import { reproject } from '../../ingest/upkeep/reproject.ts'
import { retain } from '../../ingest/upkeep/retain.ts'
import { verify } from '../../ingest/upkeep/verify.ts'
import { at, key, openHub, span, TRACES, type Hub } from './open-hub.ts'
import { placesOf } from './search.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const DECIDE = '/api/v1/decide'
const secret = () => `비밀 ${crypto.randomUUID()}`

/** Reads texts of the request, so that they become evidence, and repeats one to the user. */
const POLICY = {
  version: 2,
  name: 'reads texts',
  judges: { words: { use: 'heuristic' } },
  rules: [
    { id: 'asks', when: 'judges.words.action == "BLOCK"', then: 'BLOCK' },
    {
      id: 'loud',
      when: 'response.text == "loud" || request.note.contains("block me")',
      then: { action: 'BLOCK', reason_code: 'LOUD', message: 'No' },
    },
    {
      id: 'any',
      when: 'signals.length.output >= 0',
      then: { action: 'ESCALATE', reason_code: 'ANY' },
      case: { group_by: ['request.note'] },
    },
  ],
}

async function withHub(work: (hub: Hub, project: TestProject) => Promise<void>): Promise<void> {
  const hub = await openHub()
  try {
    const project = await hub.mint()
    const body = { name: 'p', definition: POLICY, active: true }
    await hub.tell(project, '/api/v1/policies', body)
    await work(hub, project)
  } finally {
    await hub.stop()
  }
}

/** Decides with the words in every text that a decision may keep; gives the decision's id. */
async function decideOn(hub: Hub, project: TestProject, trace: object, words: string): Promise<string> {
  const { decision } = await hub.tell(project, DECIDE, {
    idempotency_key: key(),
    input: `asked ${words}`,
    output: `answered ${words}`,
    contexts: [`context ${words}`],
    request_payload: { note: `note ${words}` },
    response_payload: { text: `text ${words}` },
    trace,
  })
  return (decision as { id: string }).id
}

const shown = (hub: Hub, project: TestProject, id: string) =>
  hub.send(project, 'GET', `/api/v1/decisions/${id}`)

const faultsOf = async ({ deps }: Hub) => (await verify(deps)).faults

test('W-19: verify finds each decision with its span and the spans of its judges on the trace, and tells what is missing', () =>
  withHub(async (hub, project) => {
    await decideOn(hub, project, { trace_id: 'a' }, 'x')
    const id = await decideOn(hub, project, { trace_id: 'b' }, 'x')
    const checked = await verify(hub.deps)
    expect(checked.faults).toEqual([])
    expect(checked.counts.decisions).toEqual({ checked: 2, wrong: 0 })
    await hub.sql`update judge_runs set span_key = 'elsewhere' where decision_id = ${id}`
    await hub.sql`update decisions set span_key = 'nowhere' where decision_id = ${id}`
    const found = await verify(hub.deps)
    expect(found.counts.decisions).toEqual({ checked: 2, wrong: 1 })
    expect(found.faults).toHaveLength(1)
    expect(found.faults[0]).toMatch(
      /^decision \S+: has no span, \d+ of its \d+ judges have no span below it$/,
    )
    expect(found.faults[0]).toContain(id)
  }))

test('a day of decisions can be verified alone', () =>
  withHub(async (hub, project) => {
    await decideOn(hub, project, { trace_id: 'a' }, 'x')
    const day = new Date().toISOString().slice(0, 10)
    const other = new Date(Date.now() - 3 * DAY_MS).toISOString().slice(0, 10)
    expect((await verify(hub.deps, { day })).counts.decisions.checked).toBe(1)
    expect((await verify(hub.deps, { day: other })).counts.decisions.checked).toBe(0)
  }))

test('reproject keeps the outcome and the spans of a decision, and a second run changes nothing', () =>
  withHub(async (hub, project) => {
    const trace = { trace_id: 't', start_time: at(0) }
    await hub.tell(project, TRACES, { trace, spans: [span('t', 'root')] })
    await decideOn(hub, project, { trace_id: 't' }, 'x')
    const before = await hub.send(project, 'GET', '/api/v1/traces/t')
    expect(before.json['trace']).toMatchObject({ decision: { action: 'ESCALATE' } })
    expect(await reproject(hub.deps, { restart: true })).toMatchObject({
      walked: 1,
      changed: 0,
      incomplete: 0,
    })
    await hub.sql`update spans set name = 'spoilt' where span_type = 'decision'`
    expect(await reproject(hub.deps)).toMatchObject({ walked: 1, changed: 1 })
    expect(await reproject(hub.deps)).toMatchObject({ walked: 1, changed: 0 })
    const after = await hub.send(project, 'GET', '/api/v1/traces/t')
    const unversioned = ({ json }: typeof after) => ({
      ...json,
      trace: { ...(json['trace'] as object), version: 0, updated_at: '' },
    })
    expect(unversioned(after)).toEqual(unversioned(before))
    expect(await faultsOf(hub)).toEqual([])
  }))

test('an hour that was rolled up counts what is decided in it later', () =>
  withHub(async (hub, project) => {
    const { trace_id, start_time } = {
      trace_id: 'old',
      start_time: new Date(Date.now() - 3 * HOUR_MS).toISOString(),
    }
    await hub.tell(project, TRACES, { trace: { trace_id, start_time }, spans: [] })
    await rollUp(hub.deps)
    await decideOn(hub, project, { trace_id }, 'x')
    expect(await faultsOf(hub)).toEqual([])
    const { json } = await hub.send(project, 'GET', '/api/v1/traces/stats/overview')
    expect(json['decisions']).toEqual({ ESCALATE: 1 })
    await rollUp(hub.deps)
    const [row] = await hub.sql<
      { decisions: unknown }[]
    >`select decisions from rollups where decisions <> '{}'`
    expect(row).toEqual({ decisions: { ESCALATE: 1 } })
    expect(await faultsOf(hub)).toEqual([])
  }))

test('of an erased trace no word is left in what was decided; that it was decided stays', () =>
  withHub(async (hub, project) => {
    const words = secret()
    const id = await decideOn(hub, project, { trace_id: 't', name: words }, words)
    const kept = await decideOn(hub, project, { trace_id: 'stays' }, 'other words')
    const neighbour = await shown(hub, project, kept)
    // What a judge says is text as well.
    await hub.sql`update judge_runs set output = ${hub.sql.json({ why: words })}, reason_code = ${words} where decision_id = ${id}`
    await hub.sql`update decisions set rationale = ${words}, message = ${words}, reason_code = ${words} where decision_id = ${id}`
    await hub.sql`analyze`
    expect(await placesOf(hub.sql, words)).toContain('decisions.evidence')
    const { project_id } = project
    await erase(hub.deps, { project_id, trace_id: 't', actor: 'operator' })
    expect(await placesOf(hub.sql, words)).toEqual([])
    const { json } = await shown(hub, project, id)
    expect(json).toMatchObject({
      decision: {
        action: 'ESCALATE',
        rule: 'any',
        reason_code: 'ERASED',
        trace_id: 't',
        trace_expired: true,
      },
      explain: null,
      unexplained: 'evidence_erased',
      evidence_erased: true,
    })
    expect((await hub.send(project, 'POST', `/api/v1/decisions/${id}/replay`)).json).toMatchObject({
      code: 'not_replayable',
    })
    expect(await shown(hub, project, kept)).toEqual(neighbour)
    expect(await faultsOf(hub)).toEqual([])
  }))

test('a decision outlives its trace, says so, and can still be explained and replayed', () =>
  withHub(async (hub, project) => {
    const id = await decideOn(hub, project, { trace_id: 't', user_id: 'kim' }, 'x')
    const before = await shown(hub, project, id)
    hub.deps.setClock(Date.now() + 40 * DAY_MS)
    await retain(hub.deps)
    expect((await hub.send(project, 'GET', '/api/v1/traces/t')).status).toBe(404)
    const after = await shown(hub, project, id)
    expect(before.json['decision']).toMatchObject({ trace_expired: false })
    expect(after.json).toEqual({
      ...before.json,
      decision: { ...(before.json['decision'] as object), trace_expired: true },
    })
    expect((await hub.send(project, 'GET', '/api/v1/decisions')).json['items']).toMatchObject([
      { id, trace_expired: true },
    ])
    const replay = await hub.send(project, 'POST', `/api/v1/decisions/${id}/replay`)
    expect(replay.json).toMatchObject({ same: true })
    // The same id comes again as another trace, which knows nothing of what was decided on the old one.
    await hub.tell(project, TRACES, { trace: { trace_id: 't', start_time: at(40 * 86_400) } })
    expect(await faultsOf(hub)).toEqual([])
  }))

test('who is forgotten is forgotten in decisions on traces that are long gone, too', () =>
  withHub(async (hub, project) => {
    const words = secret()
    const id = await decideOn(hub, project, { trace_id: 't', user_id: 'kim' }, words)
    const other = await decideOn(hub, project, { trace_id: 'u', user_id: 'lee' }, words)
    for (const days of [40, 45]) {
      hub.deps.setClock(Date.now() + days * DAY_MS)
      await retain(hub.deps)
    }
    expect((await hub.sql`select 1 from log where body is not null`).count).toBe(0)
    await erase(hub.deps, { project_id: project.project_id, user_id: 'kim', actor: 'operator' })
    expect((await shown(hub, project, id)).json).toMatchObject({ evidence_erased: true })
    expect((await shown(hub, project, other)).json).toMatchObject({ evidence_erased: false })
  }))

test('decisions go when they are older than HUB_DECISION_DAYS, with their judge runs, and 0 keeps them', () =>
  withHub(async (hub, project) => {
    const id = await decideOn(hub, project, { trace_id: 't' }, 'x')
    hub.deps.setClock(Date.now() + 399 * DAY_MS)
    const late = await decideOn(hub, project, { trace_id: 'u' }, 'x')
    expect(await expireDecisions(hub.deps)).toBe(0)
    hub.deps.setClock(Date.now() + 401 * DAY_MS)
    expect(await expireDecisions({ ...hub.deps, config: { ...hub.deps.config, decision_days: 0 } })).toBe(0)
    const both = await Promise.all([expireDecisions(hub.deps), expireDecisions(hub.deps)])
    expect(both[0] + both[1]).toBe(1)
    expect(await shown(hub, project, id)).toMatchObject({ status: 404, json: { code: 'decision_not_found' } })
    expect((await shown(hub, project, late)).status).toBe(200)
    const runs = await hub.sql<{ decision_id: string }[]>`select distinct decision_id from judge_runs`
    expect([...runs]).toEqual([{ decision_id: late }])
    const audit = await hub.sql`select detail from audit where subject = 'decisions'`
    expect([...audit]).toEqual([{ detail: { decisions: 1 } }])
  }))
