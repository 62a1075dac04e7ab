import { afterAll, expect, test } from 'bun:test'
import { getDecision, listDecisions } from '#shared/contract/decide.ts'
import { getTrace } from '#shared/contract/traces.ts'
import { checkOf } from '#shared/schema/check.ts'
import { testHub } from '#shared/testing/hub.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { decide } from '../../decide/service.ts'
import { ingest } from '../../ingest/service.ts'
import { query } from '../../query/service.ts'

const { api, mint, send, stop } = await testHub([ingest, query, decide])
afterAll(stop)

type Json = Record<string, unknown>

const rule = (channel: string, action: string) => ({
  id: channel,
  when: `response.channel == "${channel}"`,
  then: { action, reason_code: `R_${channel.toUpperCase()}` },
})
const POLICY = {
  version: 2,
  name: 'by channel',
  judges: { words: { use: 'heuristic' } },
  rules: [
    { id: 'asks', when: 'judges.words.action == "BLOCK"', then: 'BLOCK' },
    ...[rule('web', 'BLOCK'), rule('mobile', 'ESCALATE'), rule('mail', 'ALLOW_WITH_WARNING')],
  ],
}

async function withPolicy(): Promise<{ project: TestProject; policy_id: string }> {
  const project = await mint()
  const body = { name: 'p', definition: POLICY, active: true }
  const { status, json } = await send(project, 'POST', '/api/v1/policies', body)
  if (status !== 200) throw new Error(JSON.stringify(json))
  return { project, policy_id: (json['policy'] as { id: string }).id }
}

let last = 0
async function decided(project: TestProject, channel: string, trace_id = `trace ${++last}`): Promise<Json> {
  const { status, json } = await send(project, 'POST', '/api/v1/decide', {
    idempotency_key: `key ${++last}`,
    input: 'May I?',
    output: 'You may.',
    response_payload: { channel },
    trace: { trace_id },
  })
  if (status !== 200) throw new Error(JSON.stringify(json))
  return json['decision'] as Json
}

const list = async (project: TestProject, search = ''): Promise<Json> =>
  (await send(project, 'GET', `/api/v1/decisions${search}`)).json
const idsOf = ({ items }: Json) => (items as { id: string }[]).map(({ id }) => id)

test('decisions are listed newest first, as they were answered', async () => {
  const { project } = await withPolicy()
  const made = [
    await decided(project, 'web'),
    await decided(project, 'other'),
    await decided(project, 'mobile'),
  ]
  const answer = await list(project)
  expect(checkOf(listDecisions.response).Check(answer)).toBe(true)
  expect(answer).toEqual({
    items: made.toReversed().map((decision) => ({ ...decision, trace_expired: false })),
    next_cursor: null,
  })
})

test('pages give each decision once, also while new ones are made', async () => {
  const { project } = await withPolicy()
  const made = []
  for (let n = 0; n < 7; n++) made.push((await decided(project, 'web'))['id'])
  const seen: string[] = []
  let cursor: unknown = ''
  for (let pages = 0; cursor !== null && pages < 10; pages++) {
    const page = await list(project, `?page_size=3${cursor ? `&cursor=${String(cursor)}` : ''}`)
    seen.push(...idsOf(page))
    cursor = page['next_cursor']
    await decided(project, 'web')
  }
  expect(seen).toEqual(made.toReversed() as string[])
})

test('each filter picks its decisions and no others', async () => {
  const { project, policy_id } = await withPolicy()
  const [web, mobile] = [await decided(project, 'web', 'one'), await decided(project, 'mobile', 'two')]
  const mail = await decided(project, 'mail', 'two')
  const all = [mail, mobile, web].map(({ id }) => id)
  const expected: Record<string, unknown[]> = {
    'action=BLOCK': [web['id']],
    'action=NEED_CLARIFICATION': [],
    'rule=mobile': [mobile['id']],
    'reason_code=R_MAIL': [mail['id']],
    'trace_id=two': [mail['id'], mobile['id']],
    'trace_id=two&action=ESCALATE': [mobile['id']],
    'trace_id=nowhere': [],
    [`policy_id=${policy_id.toUpperCase()}`]: all,
    [`policy_id=${policy_id}&policy_version=1`]: all,
    [`policy_id=${policy_id}&policy_version=2`]: [],
    'policy_id=builtin': [],
    'policy_id=%27': [],
    'degraded=true': [],
    'degraded=false': all,
    [`start_time=${String(mobile['created_at'])}`]: [mail['id'], mobile['id']],
    [`end_time=${String(mobile['created_at'])}`]: [mobile['id'], web['id']],
  }
  for (const [search, ids] of Object.entries(expected)) {
    expect({ search, ids: idsOf(await list(project, `?${search}`)) }).toEqual({
      search,
      ids: ids as string[],
    })
  }
})

test('a cursor that was not written here, times that are none, and pages out of bounds are refused', async () => {
  const project = await mint()
  const bad = [
    'cursor=x',
    'cursor=%00',
    `cursor=${Buffer.from('1 2').toString('base64url')}`,
    `cursor=${Buffer.from("1 '; drop table decisions").toString('base64url')}`,
    'start_time=yesterday',
    'end_time=2026-02-30T00:00:00Z',
    'start_time=2026-02-02T00:00:00Z&end_time=2026-02-01T00:00:00Z',
    'page_size=0',
    'page_size=101',
    'action=SHRUG',
    'degraded=perhaps',
    'policy_version=0',
    'rule=%00',
    'policy_id=%00',
  ]
  for (const search of bad) {
    const { status, json } = await send(project, 'GET', `/api/v1/decisions?${search}`)
    expect({ search, status, code: json['code'] }).toEqual({ search, status: 422, code: 'validation_error' })
  }
})

test('another project’s decision is not found like one that never was, and is in no list', async () => {
  const [{ project: mine }, { project: other }] = [await withPolicy(), await withPolicy()]
  const { id, trace_id } = await decided(other, 'web')
  const never = crypto.randomUUID()
  for (const one of [id, never, 'no-uuid', '%00']) {
    for (const [method, path] of [
      ['GET', `/api/v1/decisions/${String(one)}`],
      ['POST', `/api/v1/decisions/${String(one)}/replay`],
    ] as const) {
      const { status, json } = await send(mine, method, path)
      expect({ one, status, code: json['code'], detail: json['detail'] }).toEqual({
        ...{ one, status: 404 },
        ...{ code: 'decision_not_found', detail: 'decision not found' },
      })
    }
  }
  expect(await list(mine)).toEqual({ items: [], next_cursor: null })
  expect(await list(mine, `?trace_id=${String(trace_id)}`)).toEqual({ items: [], next_cursor: null })
  const [at] = idsOf(await list(other))
  expect(at).toBe(String(id))
})

test('W-19: a trace shows what was decided, newest first, and each judge by a span that is there', async () => {
  const { project } = await withPolicy()
  const first = await decided(project, 'web', 'shown')
  const second = await decided(project, 'mobile', 'shown')
  await decided(project, 'mail', 'another')
  const { json } = await send(project, 'GET', '/api/v1/traces/shown')
  expect(checkOf(getTrace.response).Check(json)).toBe(true)
  expect(json['decision_history']).toEqual([second, first])
  expect(json['trace']).toMatchObject({ decision: { action: 'ESCALATE', reason_code: 'R_MOBILE' } })
  const spans = json['spans'] as { id: string; parent_span_id: string | null; span_type: string }[]
  const runs = json['judge_runs'] as { span_id: string; decision_id: string; trace_id: string }[]
  expect(runs.length).toBeGreaterThan(0)
  const spanOf = (span_id: unknown) => spans.find(({ id }) => id === span_id)
  for (const { span_id, decision_id, trace_id } of runs) {
    const decision = [first, second].find(({ id }) => id === decision_id)
    expect(trace_id).toBe('shown')
    expect(spanOf(span_id)).toMatchObject({ span_type: 'judge', parent_span_id: decision?.['span_id'] })
  }
  for (const { span_id } of [first, second]) expect(spanOf(span_id)).toMatchObject({ span_type: 'decision' })
})

test('a poll of a trace has news once it was decided on, and none before', async () => {
  const { project } = await withPolicy()
  await decided(project, 'web', 'polled')
  const poll = (tag: string) =>
    api.request('GET', '/api/v1/traces/polled', { key: project.key, headers: { 'if-none-match': tag } })
  const tag = (await poll('"none"')).headers.get('etag') ?? ''
  expect((await poll(tag)).status).toBe(304)
  await decided(project, 'mobile', 'polled')
  const news = await poll(tag)
  expect(news.status).toBe(200)
  expect(((await news.json()) as { decision_history: unknown[] }).decision_history).toHaveLength(2)
})

test('a poll of the list answers 304 until there is a decision more', async () => {
  const { project } = await withPolicy()
  await decided(project, 'web')
  const poll = (tag: string) =>
    api.request('GET', '/api/v1/decisions', { key: project.key, headers: { 'if-none-match': tag } })
  const tag = (await poll('"none"')).headers.get('etag') ?? ''
  expect((await poll(tag)).status).toBe(304)
  await decided(project, 'web')
  expect((await poll(tag)).status).toBe(200)
})

test('the counts by action move with each decision, by the newest of each trace', async () => {
  const { project } = await withPolicy()
  // A window of another length is another question, which shares no answer with the one before.
  const counts = async (last_hours: number) => {
    const overview = await send(project, 'GET', `/api/v1/traces/stats/overview?last_hours=${last_hours}`)
    const series = await send(project, 'GET', `/api/v1/traces/stats/series?last_hours=${last_hours}`)
    const buckets = series.json['buckets'] as { decisions: Record<string, number> }[]
    const summed: Record<string, number> = {}
    for (const { decisions } of buckets) {
      for (const [action, count] of Object.entries(decisions)) summed[action] = (summed[action] ?? 0) + count
    }
    expect(summed).toEqual(overview.json['decisions'] as Record<string, number>)
    return overview.json['decisions']
  }
  expect(await counts(2)).toEqual({})
  await decided(project, 'web', 'a')
  await decided(project, 'web', 'b')
  expect(await counts(3)).toEqual({ BLOCK: 2 })
  await decided(project, 'mobile', 'b')
  expect(await counts(4)).toEqual({ BLOCK: 1, ESCALATE: 1 })
})

test('one decision is shown whole, with what each rule read', async () => {
  const { project, policy_id } = await withPolicy()
  const decision = await decided(project, 'mobile')
  const { json } = await send(project, 'GET', `/api/v1/decisions/${String(decision['id'])}`)
  expect(checkOf(getDecision.response).Check(json)).toBe(true)
  expect(json).toMatchObject({
    decision: { ...decision, trace_expired: false, policy: { id: policy_id, version: 1 } },
    explain: {
      rules: [
        {
          id: 'asks',
          result: 'not_matched',
          conditions: [{ values: { 'judges.words.action': 'ALLOW_ANSWER' } }],
        },
        { id: 'web', result: 'not_matched', conditions: [{ values: { 'response.channel': 'mobile' } }] },
        { id: 'mobile', result: 'matched' },
        { id: 'mail', result: 'not_reached' },
      ],
    },
    unexplained: null,
    evidence_erased: false,
  })
})
