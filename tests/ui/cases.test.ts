import { afterAll, expect, test } from 'bun:test'
import { createPolicy } from '#shared/contract/policies.ts'
import { call } from '#shared/http/call.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { HOSTILE, openUi, valuesOf } from './open-ui.ts'

const hub = await openUi()
afterAll(hub.stop)

const inWords = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

const POLICY = {
  version: 2,
  rules: [
    {
      id: 'urgent',
      when: 'request.kind == "urgent"',
      then: 'ESCALATE',
      severity: 'critical',
      case: { group_by: ['request.user'] },
    },
    { id: 'person', when: 'request.kind == "person"', then: 'ESCALATE', reason: 'NEEDS_PERSON' },
  ],
}

async function open() {
  const project = await hub.mint()
  const body = { name: 'cases', active: true, definition: POLICY }
  await call(hub.api.fetch, 'http://localhost', createPolicy, { body }, { 'x-api-key': project.key })
  return { project, where: `project_id=${project.project_id}` }
}

type Made = { id: string; trace_id: string; case_id: string }

async function decide(project: TestProject, kind: string, more: object = {}): Promise<Made> {
  const answer = await hub.api.request('POST', '/api/v1/decide', {
    key: project.key,
    body: {
      ...{ idempotency_key: crypto.randomUUID(), input: '환불 규정은?', output: '7일 안에 됩니다.' },
      request_payload: { kind, ...more },
    },
  })
  if (!answer.ok) throw new Error(`decide gave ${answer.status}: ${await answer.text()}`)
  return ((await answer.json()) as { decision: Made }).decision
}

/** What a form on a page brings along. */
const versionIn = (html: string) => /name="version" value="(\d+)"/.exec(html)?.[1] ?? ''

test('a project without a case is told when one opens, and what cases are usually about', async () => {
  const { where } = await open()
  const html = await hub.page(`/cases?${where}`)
  for (const words of ['No case yet', 'PII_DETECTED', 'TOOL_FAILURE']) expect(html).toContain(words)
  expect(inWords(await hub.page(`/cases?${where}&lang=ko`))).toContain('아직 케이스가 없습니다')
})

test('the inbox has the most urgent first, with how often, whose and until when; tiles count them', async () => {
  const { project, where } = await open()
  const person = await decide(project, 'person')
  for (const _ of [1, 2, 3]) await decide(project, 'urgent', { user: 'kim' })
  const html = await hub.page(`/cases?${where}`)
  const ids = valuesOf(html, 'data-case')
  expect(ids).toHaveLength(2)
  expect(ids[1]).toBe(person.case_id)
  const words = inWords(html)
  expect(words).toContain('Open 2')
  expect(words).toContain('Critical')
  expect(words).toMatch(/in 1[45] minutes/)
  expect(words).toContain('request.user : kim')
  expect(inWords(await hub.page(`/cases?${where}&severity=critical`))).not.toContain('NEEDS_PERSON')
  expect(valuesOf(await hub.page(`/cases?${where}&status=resolved`), 'data-case')).toEqual([])
})

test('W-64: a form of the page acknowledges and resolves a case, and its history says so', async () => {
  const { project, where } = await open()
  const { case_id } = await decide(project, 'person')
  const path = `/cases/${case_id}`
  const page = await hub.page(`${path}?${where}`)
  const acked = await hub.submit(`${path}/ack?${where}`, { version: versionIn(page), assignee: '김민수' })
  expect([acked.status, acked.headers.get('location')]).toEqual([303, `${path}?${where}`])
  const then = await hub.page(`${path}?${where}`)
  expect(inWords(then)).toContain('김민수')
  const resolved = await hub.submit(`${path}/resolve?${where}`, {
    ...{ version: versionIn(then), outcome: 'false_positive', comment: '괜찮은 답변' },
  })
  expect(resolved.status).toBe(303)
  const words = inWords(await hub.page(`${path}?${where}`))
  for (const said of ['resolved False alarm by', '괜찮은 답변', 'acknowledged to 김민수', 'Reopen'])
    expect(words).toContain(said)
  expect(inWords(await hub.page(`/cases?${where}&status=resolved`))).toContain('False alarm')
})

test('who was slower learns that the case has changed, and keeps what was written', async () => {
  const { project, where } = await open()
  const { case_id } = await decide(project, 'person')
  const path = `/cases/${case_id}`
  const version = versionIn(await hub.page(`${path}?${where}`))
  await hub.submit(`${path}/assign?${where}`, { version, assignee: 'kim' })
  const late = await hub.submit(`${path}/resolve?${where}`, {
    ...{ version, outcome: 'wont_fix', comment: 'my long thought' },
  })
  const html = await late.text()
  expect(late.status).toBe(409)
  expect(html).toContain('The case has changed meanwhile')
  expect(html).toContain('my long thought')
  expect(versionIn(html)).toBe('2')
  expect(inWords(await hub.page(`/cases?${where}&status=open`))).toContain('NEEDS_PERSON')
})

test('what is selected in the list is acted on at once, and the list says what came of it', async () => {
  const { project, where } = await open()
  const a = await decide(project, 'urgent', { user: 'a' })
  const b = await decide(project, 'urgent', { user: 'b' })
  await hub.submit(`/cases/${b.case_id}/resolve?${where}`, {
    ...{ version: '1', outcome: 'duplicate' },
  })
  const fields: [string, string][] = [
    ['action', 'ack'],
    ['back', `?${where}&severity=critical&status=all`],
    ['id', a.case_id],
    ['id', b.case_id],
  ]
  const done = await hub.submit(`/cases/bulk?${where}`, fields)
  expect(done.status).toBe(303)
  const back = done.headers.get('location') ?? ''
  expect(back).toContain('severity=critical')
  const words = inWords(await hub.page(back))
  expect(words).toContain('Acknowledged: 1')
  expect(words).toContain('Left as they were, since their status does not allow it: 1')
  const none = await hub.submit(`/cases/bulk?${where}`, { action: 'resolve', back: '' })
  expect(inWords(await hub.page(none.headers.get('location') ?? ''))).toContain('No case was selected')
})

test('the case leads to its decision, its traces and the next case; its trace and decision lead to it', async () => {
  const { project, where } = await open()
  const made = await decide(project, 'urgent', { user: 'kim' })
  const next = await decide(project, 'person')
  const links = valuesOf(await hub.page(`/cases/${made.case_id}?${where}`), 'href')
  expect(links).toContain(`/decisions/${made.id}?${where}`)
  expect(links).toContain(`/traces/${made.trace_id}?${where}`)
  expect(links).toContain(`/cases/${next.case_id}?${where}`)
  for (const path of [`/traces/${made.trace_id}`, `/decisions/${made.id}`]) {
    expect(valuesOf(await hub.page(`${path}?${where}`), 'href')).toContain(`/cases/${made.case_id}?${where}`)
  }
})

test('a case whose trace has expired stands with its history', async () => {
  const { project, where } = await open()
  const { case_id, trace_id } = await decide(project, 'person')
  await hub.deps.database.sql`
    delete from traces t using projects p where p.project_no = t.project_no and p.project_id = ${project.project_id}`
  const words = inWords(await hub.page(`/cases/${case_id}?${where}`))
  expect(words).toContain('trace expired')
  expect(words).toContain(trace_id)
  expect(words).toContain('opened by the hub')
})

test('a poll without news is answered with 304, and how many are open is asked for apart', async () => {
  const { project, where } = await open()
  await decide(project, 'person')
  const first = await hub.get(`/fragments/cases?${where}`)
  const etag = first.headers.get('etag') ?? ''
  expect((await hub.get(`/fragments/cases?${where}`, { 'if-none-match': etag })).status).toBe(304)
  expect(await hub.page(`/fragments/case-count?${where}`)).toContain('1 open')
  await decide(project, 'urgent')
  expect((await hub.get(`/fragments/cases?${where}`, { 'if-none-match': etag })).status).toBe(200)
  expect(await hub.page(`/fragments/case-count?${where}`)).toContain('2 open')
})

test('nothing that is said of a case runs in the page', async () => {
  const { project, where } = await open()
  const { case_id } = await decide(project, 'urgent', { user: HOSTILE })
  const path = `/cases/${case_id}`
  await hub.submit(`${path}/comment?${where}`, { comment: HOSTILE })
  await hub.submit(`${path}/assign?${where}`, { version: '2', assignee: HOSTILE.slice(0, 120) })
  for (const page of [`/cases?${where}`, `${path}?${where}`]) {
    const html = await hub.page(page)
    expect(html).toContain('&lt;script&gt;')
    for (const tag of ['<script>window', '<img src=x', '<svg onload']) expect(html).not.toContain(tag)
  }
})

test('a case of another project, an act that is none and a comment without words change nothing', async () => {
  const [mine, other] = [await open(), await open()]
  const { case_id } = await decide(mine.project, 'person')
  expect((await hub.get(`/cases/${case_id}?${other.where}`)).status).toBe(404)
  expect((await hub.submit(`/cases/${case_id}/ack?${other.where}`, { version: '1' })).status).toBe(404)
  expect((await hub.submit(`/cases/${case_id}/explode?${mine.where}`)).status).toBe(404)
  const empty = await hub.submit(`/cases/${case_id}/comment?${mine.where}`, { comment: '  ' })
  expect([empty.status, (await empty.text()).includes('Write a comment')]).toEqual([422, true])
  expect(inWords(await hub.page(`/cases/${case_id}?${mine.where}`))).not.toContain('commented')
})

test('the page of a case answers a poll with 304 until somebody does something, and forms are in no part that is polled', async () => {
  const { project, where } = await open()
  const { case_id } = await decide(project, 'person')
  const html = await hub.page(`/cases/${case_id}?${where}`)
  const parts = valuesOf(html, 'hx-get').filter((path) => path.includes(case_id))
  expect(parts).toEqual([`/fragments/cases/${case_id}?${where}`, `/fragments/cases/${case_id}/log?${where}`])
  const tags: string[] = []
  for (const part of parts) {
    const first = await hub.get(part)
    const etag = first.headers.get('etag') ?? ''
    tags.push(etag)
    expect(await first.text()).not.toContain('<form')
    expect(html).toContain(etag.replaceAll('"', String.raw`\&quot;`))
    expect((await hub.get(part, { 'if-none-match': etag })).status).toBe(304)
  }
  await hub.submit(`/cases/${case_id}/ack?${where}`, { version: '1', assignee: 'kim' })
  const [state, log] = await Promise.all(
    parts.map((part, at) => hub.get(part, { 'if-none-match': tags[at] ?? '' })),
  )
  expect([state?.status, log?.status]).toEqual([200, 200])
  expect(inWords((await state?.text()) ?? '')).toContain('Acknowledged')
  expect(inWords((await log?.text()) ?? '')).toContain('acknowledged to kim')
})

test('times and windows of cases are set in a form; what is wrong is said, stays written and changes nothing', async () => {
  const { project, where } = await open()
  const page = `/cases/settings?${where}`
  const html = await hub.page(page)
  expect(await hub.page(`/cases?${where}`)).toContain(`href="${page}"`)
  for (const said of ['name="critical.ack" value="15m"', 'name="low.resolve" value="14d"', 'value="1d"'])
    expect(html).toContain(said)
  const fields = Object.fromEntries(
    ['critical', 'high', 'medium', 'low'].flatMap((name) => [
      [`${name}.ack`, '10m'],
      [`${name}.resolve`, '90m'],
    ]),
  )
  const wanted = { ...fields, group: '36h', reopen: '0s' }
  const read = async () =>
    (await hub.api.request('GET', '/api/v1/cases/settings', { key: project.key })).json()
  const before: unknown = await read()
  for (const [name, value, message] of [
    ['group', 'a while', 'Write each time like 15m'],
    ['high.ack', '1s', 'Write each time like 15m'],
    ['low.ack', '2h', 'must be acknowledged before'],
  ] as const) {
    const refused = await hub.submit(page, { ...wanted, [name]: value })
    const answer = await refused.text()
    expect([refused.status, answer.includes(`value="${value}"`), answer.includes(message)]).toEqual([
      422,
      true,
      true,
    ])
  }
  expect(await read()).toEqual(before)
  expect((await hub.submit(page, wanted)).status).toBe(303)
  const clock = { ack_seconds: 600, resolve_seconds: 5400 }
  expect(await read()).toMatchObject({
    sla: { critical: clock, high: clock, medium: clock, low: clock },
    group_window_seconds: 129_600,
    reopen_window_seconds: 0,
  })
  expect(await hub.page(page)).toContain('name="group" value="36h"')
})
