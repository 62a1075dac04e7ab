import { afterAll, afterEach, expect, test } from 'bun:test'
import { openCasesHub } from './open-cases-hub.ts'

const hub = await openCasesHub()
afterAll(hub.stop)
afterEach(() => hub.later(null))
const { open, decide, act, list, read, only, history, told } = hub

const MVP_FIELDS = [
  ...['id', 'project_id', 'trace_id', 'reason_code', 'status', 'assignee', 'acknowledged_at', 'resolved_at'],
  'created_at',
]

test('W-16: an ESCALATE answers with its decision in full, and the case that it opened', async () => {
  const { project } = await open()
  const decision = await decide(project, 'person')
  const { id, decision_id, trace_id } = await only(project)
  const said = { action: 'ESCALATE', reason_code: 'NEEDS_PERSON', case_id: id }
  expect(decision).toMatchObject({ ...said, id: decision_id, trace_id })
})

test('W-20: a repeat of the request under its key finds the decision with its case and adds nothing', async () => {
  const { project } = await open()
  const body = { idempotency_key: 'once', input: 'a', output: 'b', request_payload: { kind: 'person' } }
  const first = await hub.ask(project, body)
  const again = await hub.ask(project, body)
  expect(again.decision).toEqual(first.decision)
  expect(await only(project)).toMatchObject({ id: first.decision['case_id'], occurrences: 1 })
  expect(await told(project)).toEqual(['case.opened'])
})

test('W-21: further decisions on one trace are one case', async () => {
  const { project } = await open()
  const { trace_id } = await decide(project, 'person')
  for (const _ of [1, 2]) {
    await hub.ask(project, { trace_id, input: 'a', output: 'b', request_payload: { kind: 'person' } })
  }
  expect(await only(project)).toMatchObject({ occurrences: 3, trace_id })
  const of = async (id: unknown) => (await list(project, `?trace_id=${String(id)}`)).length
  expect([await of(trace_id), await of(crypto.randomUUID())]).toEqual([1, 0])
})

test('a BLOCK opens no case, unless its rule says so', async () => {
  const { project } = await open()
  expect(await decide(project, 'block')).toMatchObject({ action: 'BLOCK', case_id: null })
  expect(await list(project)).toEqual([])
  const { case_id } = await decide(project, 'block-case')
  expect(await only(project)).toMatchObject({ id: case_id, rule: 'stop-case', severity: 'medium' })
})

test('a rule groups by what it names, sets its clocks and gives its cases to somebody', async () => {
  const { project } = await open()
  for (const user of ['kim', 'lee', 'kim']) await decide(project, 'by-user', { user })
  const cases = await list(project)
  const seen = cases.map(({ group, occurrences }) => `${String(group['request.user'])} ${occurrences}`)
  expect(seen.toSorted()).toEqual(['kim 2', 'lee 1'])
  for (const { created_at, ack_due_at, resolve_due_at, assignee, severity } of cases) {
    const opened = Date.parse(created_at)
    expect([Date.parse(ack_due_at) - opened, Date.parse(resolve_due_at) - opened]).toEqual([
      300_000, 3_600_000,
    ])
    expect([assignee, severity]).toEqual(['oncall', 'high'])
  }
})

test('different rules are different cases, and so are different projects', async () => {
  const [one, other] = [await open(), await open()]
  await decide(one.project, 'person')
  await decide(one.project, 'urgent')
  await decide(other.project, 'person')
  const rules = (await list(one.project)).map(({ rule }) => String(rule))
  expect(rules.toSorted()).toEqual(['person', 'urgent'])
  expect(await only(other.project)).toMatchObject({ occurrences: 1 })
})

test('the endpoints of the MVP: list, stats, one, ack and resolve without an outcome', async () => {
  const { project } = await open()
  await decide(project, 'person')
  const { json } = await hub.send(project, 'GET', '/api/v1/cases?page=1&page_size=5&reason_code=NEEDS_PERSON')
  expect(json).toMatchObject({ page: 1, page_size: 5, total: 1 })
  expect(json['stats']).toMatchObject({ by_status: { open: 1 }, overdue_open_24h: 0 })
  const { id } = await only(project)
  const fields = new Set(Object.keys(await read(project, id)))
  expect(MVP_FIELDS.filter((name) => !fields.has(name))).toEqual([])
  const acked = await act(project, `${id}/ack`, { assignee: 'kim' })
  expect(acked.json).toMatchObject({ status: 'acknowledged', assignee: 'kim', resolved_at: null })
  expect(acked.json['acknowledged_at']).toBeString()
  const resolved = await act(project, `${id}/resolve`, {})
  const { acknowledged_at } = acked.json
  expect(resolved.json).toMatchObject({ status: 'resolved', assignee: 'kim', outcome: null, acknowledged_at })
  expect(await list(project, '?status=open')).toEqual([])
  expect(await list(project, '?status=resolved&assignee=kim')).toHaveLength(1)
  const gone = await hub.send(project, 'GET', `/api/v1/cases/${crypto.randomUUID()}`)
  expect(gone).toMatchObject({ status: 404, json: { detail: 'case not found', code: 'case_not_found' } })
})

test('W-25: a case goes its way once; what was done stays as it was', async () => {
  const { project } = await open()
  await decide(project, 'person')
  const { id } = await only(project)
  const acked = await act(project, `${id}/ack`, {})
  const twice = await act(project, `${id}/ack`, { assignee: 'thief' })
  expect([twice.status, twice.json['code']]).toEqual([409, 'wrong_case_status'])
  expect(await read(project, id)).toEqual({ ...acked.json } as never)
  await act(project, `${id}/resolve`, { outcome: 'true_positive' })
  for (const [path, body] of [
    ['ack', {}],
    ['resolve', {}],
    ['assign', { assignee: 'kim' }],
  ] as const) {
    expect(await act(project, `${id}/${path}`, body)).toMatchObject({
      status: 409,
      json: { code: 'wrong_case_status' },
    })
  }
  const reopened = await act(project, `${id}/reopen`, {})
  const fresh = { status: 'open', outcome: null, acknowledged_at: null, resolved_at: null, regression: false }
  expect(reopened.json).toMatchObject(fresh)
  expect(await act(project, `${id}/reopen`, {})).toMatchObject({ status: 409 })
})

test('each act stands in the history with who did it; rows are only ever added', async () => {
  const { project } = await open()
  await decide(project, 'person')
  const { id } = await only(project)
  await act(project, `${id}/ack`, { assignee: 'kim' })
  await act(project, `${id}/comment`, { comment: '고객에게 확인 중입니다' })
  await act(project, `${id}/assign`, { assignee: null })
  await act(project, `${id}/resolve`, { outcome: 'wont_fix', comment: 'known' })
  const lines = await history(project, id)
  expect(lines.map(({ event, from_status, to_status }) => [event, from_status, to_status])).toEqual([
    ['opened', null, 'open'],
    ['acknowledged', 'open', 'acknowledged'],
    ['commented', 'acknowledged', 'acknowledged'],
    ['assigned', 'acknowledged', 'acknowledged'],
    ['resolved', 'acknowledged', 'resolved'],
  ])
  expect(lines.map(({ actor_name }) => actor_name)).toEqual([null, 'main', 'main', 'main', 'main'])
  expect(lines.map(({ comment }) => comment)).toEqual([null, null, '고객에게 확인 중입니다', null, 'known'])
  const change = hub.sql`update case_history set actor = 'x' where case_id = ${id}`
  const refused = await change.then(
    () => 'changed',
    (error: unknown) => String(error),
  )
  expect(refused).toContain('only ever added')
  expect(await told(project)).toEqual(['case.opened', 'case.acknowledged', 'case.resolved'])
})

test('who resolves a case that nobody had acknowledged has acknowledged it too', async () => {
  const { project } = await open()
  await decide(project, 'person')
  const { id } = await only(project)
  const { json } = await act(project, `${id}/resolve`, { outcome: 'duplicate' })
  expect(json).toMatchObject({ status: 'resolved', outcome: 'duplicate' })
  expect(json['acknowledged_at']).toBe(json['resolved_at'])
})

test('If-Match: of two who saw the same case the second is told that it has changed', async () => {
  const { project } = await open()
  await decide(project, 'person')
  const { id } = await only(project)
  const response = await hub.api.request('GET', `/api/v1/cases/${id}`, { key: project.key })
  const tag = response.headers.get('etag') ?? ''
  expect(tag).toBe('"1"')
  const first = await act(project, `${id}/ack`, { assignee: 'kim' }, { 'if-match': tag })
  expect([first.status, first.headers.get('etag')]).toEqual([200, '"2"'])
  const second = await act(project, `${id}/resolve`, {}, { 'if-match': tag })
  expect([second.status, second.json['code']]).toEqual([412, 'version_mismatch'])
  expect(await read(project, id)).toMatchObject({ status: 'acknowledged', version: 2 })
  await decide(project, 'person')
  expect(await act(project, `${id}/resolve`, {}, { 'if-match': 'W/"2", "9"' })).toMatchObject({ status: 200 })
  expect(await act(project, `${id}/reopen`, {}, { 'if-match': '*' })).toMatchObject({ status: 200 })
})

test('of many who acknowledge at once one does', async () => {
  const { project } = await open()
  await decide(project, 'person')
  const { id } = await only(project)
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, n) => act(project, `${id}/ack`, { assignee: `person ${n}` })),
  )
  expect(all.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(all.filter(({ status }) => status === 409)).toHaveLength(19)
  const events = (await history(project, id)).map(({ event }) => event)
  expect(events).toEqual(['opened', 'acknowledged'])
})

test('bulk: each case on its own, what cannot be done is named, and ids of others are unknown', async () => {
  const [{ project }, other] = [await open(), await open()]
  for (const kind of ['person', 'urgent', 'block-case']) await decide(project, kind)
  await decide(other.project, 'person')
  const [a, b, c] = (await list(project)).map(({ id }) => id)
  const foreign = (await only(other.project)).id
  if (!a || !b || !c) throw new Error('three cases')
  await act(project, `${b}/resolve`, {})
  const ids = [a, b, c, foreign, 'no-id', a]
  const { status, json } = await act(project, 'bulk', { ids, action: 'ack', assignee: 'kim' })
  expect(status).toBe(200)
  expect(json).toMatchObject({ succeeded: 2, failed: 3 })
  // The contract says that items are objects with these members.
  const items = json['items'] as { id: string; ok: boolean; code: string | null }[]
  expect(items.map(({ id, ok, code }) => [id, ok, code])).toEqual([
    [a, true, null],
    [b, false, 'wrong_case_status'],
    [c, true, null],
    [foreign, false, 'case_not_found'],
    ['no-id', false, 'case_not_found'],
  ])
  expect(await read(project, c)).toMatchObject({ status: 'acknowledged', assignee: 'kim' })
  expect(await only(other.project)).toMatchObject({ status: 'open', assignee: null })
  const many = Array.from({ length: 501 }, () => crypto.randomUUID())
  expect(await act(project, 'bulk', { ids: many, action: 'ack' })).toMatchObject({ status: 422 })
  expect(await act(project, 'bulk', { ids: [], action: 'ack' })).toMatchObject({ status: 422 })
})

test('a case of another project is not there, whatever is asked of it', async () => {
  const [{ project }, stranger] = [await open(), await open()]
  await decide(project, 'person')
  const { id } = await only(project)
  for (const path of ['', '/history', '/traces']) {
    const answer = await hub.send(stranger.project, 'GET', `/api/v1/cases/${id}${path}`)
    expect(answer).toMatchObject({ status: 404, json: { code: 'case_not_found' } })
  }
  for (const [path, body] of [
    ...['ack', 'resolve', 'reopen'].map((name) => [name, {}] as const),
    ['assign', { assignee: 'x' }] as const,
    ['comment', { comment: 'x' }] as const,
  ]) {
    expect(await act(stranger.project, `${id}/${path}`, body)).toMatchObject({ status: 404 })
  }
  expect(await list(stranger.project)).toEqual([])
  expect(await read(project, id)).toMatchObject({ status: 'open', version: 1 })
  expect(await history(project, id)).toHaveLength(1)
})

test('what is wrong with an act is said, and nothing is done', async () => {
  const { project } = await open()
  await decide(project, 'person')
  const { id } = await only(project)
  for (const [path, body] of [
    ['resolve', { outcome: 'whatever' }],
    ['assign', {}],
    ['assign', { assignee: ' ' }],
    ['ack', { assignee: 'a'.repeat(129) }],
    ['comment', { comment: '' }],
    ['comment', {}],
    ['comment', { comment: 'a\0b' }],
    ['comment', { comment: ' \n' }],
    ['comment', { comment: 'half \ud83d' }],
  ] as const) {
    expect(await act(project, `${id}/${path}`, body)).toMatchObject({
      status: 422,
      json: { code: 'validation_error' },
    })
  }
  expect(await act(project, `${id}/ack`, '')).toMatchObject({ status: 400, json: { code: 'empty_body' } })
  expect(await read(project, id)).toMatchObject({ status: 'open', version: 1 })
  expect(await act(project, `${id}/comment`, { comment: 'whole \u{1f642}\n' })).toMatchObject({ status: 200 })
})
