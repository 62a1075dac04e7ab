import { afterAll, expect, test } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import { until } from '#shared/testing/until.ts'
import { at, HOSTILE, openUi, valuesOf } from './open-ui.ts'
import { GOOD, policyIn } from './policy-texts.ts'

const hub = await openUi()
afterAll(hub.stop)

const inWords = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
const MAIL = ['ada', 'example.test'].join('@')

type Made = { id: string; trace_id: string; action: string }

async function decide(project: TestProject, body: object): Promise<Made> {
  const answer = await hub.api.request('POST', '/api/v1/decide', {
    key: project.key,
    body: { idempotency_key: crypto.randomUUID(), input: 'Who is it?', ...body },
  })
  if (!answer.ok) throw new Error(`decide gave ${answer.status}: ${await answer.text()}`)
  return ((await answer.json()) as { decision: Made }).decision
}

/** A project with a policy that decides, and what its pages are called. */
async function open(definition = GOOD) {
  const project = await hub.mint()
  const where = `project_id=${project.project_id}`
  const made = await hub.submit(`/policies?${where}`, { name: 'safety', definition, act: 'activate' })
  const policy_id = policyIn(made.headers.get('location'))
  if (policy_id === '') throw new Error(inWords(await made.text()))
  const count = async () => {
    const [row] = await hub.deps.database.sql<{ n: number }[]>`
      select count(*)::int as n from decisions d join projects p using (project_no)
      where p.project_id = ${project.project_id}`
    return row?.n ?? -1
  }
  return { project, where, policy_id, count, page: (id: string) => `/decisions/${id}?${where}` }
}

test('before anything was decided the list shows how to ask', async () => {
  const { where } = await open()
  const html = await hub.page(`/decisions?${where}`)
  expect(html).toContain('Nothing was decided yet')
  expect(html).toContain('/api/v1/decide')
})

test('the list has each decision with its action in words, and filters stand in the address', async () => {
  const { project, where, policy_id, page } = await open()
  const [escalated, allowed] = [
    await decide(project, { output: `Write to ${MAIL}` }),
    await decide(project, { output: 'It is Ada.' }),
  ]
  const both = valuesOf(await hub.page(`/decisions?${where}`), 'href')
  expect([both.includes(page(escalated.id)), both.includes(page(allowed.id))]).toEqual([true, true])
  for (const [filter, has_escalated, has_allowed] of [
    ['action=ESCALATE', true, false],
    ['rule=personal-data', true, false],
    ['reason_code=PII_DETECTED', true, false],
    [`policy_id=${policy_id}&policy_version=1`, true, true],
    ['policy_version=2', false, false],
    ['degraded=yes', false, false],
    ['hours=24', true, true],
    [`trace_id=${allowed.trace_id}`, false, true],
  ] as const) {
    const links = valuesOf(await hub.page(`/decisions?${where}&${filter}`), 'href')
    const seen = [links.includes(page(escalated.id)), links.includes(page(allowed.id))]
    expect([filter, ...seen]).toEqual([filter, has_escalated, has_allowed])
  }
  expect(inWords(await hub.page(`/decisions?${where}&action=ESCALATE`))).toContain('Escalate PII_DETECTED')
})

test('a poll of an unchanged list is answered with 304', async () => {
  const { project, where } = await open()
  await decide(project, { output: 'x' })
  const first = await hub.get(`/fragments/decisions?${where}`)
  const etag = first.headers.get('etag') ?? ''
  const again = await hub.get(`/fragments/decisions?${where}`, { 'if-none-match': etag })
  expect([first.status, again.status]).toEqual([200, 304])
  await decide(project, { output: 'y' })
  expect((await hub.get(`/fragments/decisions?${where}`, { 'if-none-match': etag })).status).toBe(200)
})

test('a longer list is read page by page', async () => {
  const { project, where, page } = await open()
  const made: Made[] = []
  for (let n = 0; n < 52; n++) made.push(await decide(project, { output: `answer ${n}` }))
  const first = await hub.page(`/decisions?${where}`)
  const older = valuesOf(first, 'href').find((href) => href.includes('cursor=')) ?? ''
  const second = await hub.page(older)
  const on = (html: string) => made.filter(({ id }) => valuesOf(html, 'href').includes(page(id))).length
  expect([on(first), on(second)]).toEqual([50, 2])
  expect(second).toContain('Newest')
})

test('a decision says which rule read what, which policy it was, and comes out the same again', async () => {
  const { project, where, policy_id, page } = await open()
  const { id, trace_id } = await decide(project, { output: `Write to ${MAIL}` })
  const html = await hub.page(page(id))
  const words = inWords(html)
  expect(words).toContain('personal-data matched')
  expect(words).toContain('signals.pii.count = 1')
  expect(words).toContain('담당자가 확인합니다')
  expect(html).not.toContain(MAIL)
  const links = valuesOf(html, 'href')
  expect(links).toContain(`/policies/${policy_id}?${where}&version=1`)
  expect(links.some((href) => href.startsWith(`/traces/${trace_id}?`))).toBe(true)
  const again = await hub.submit(`/decisions/${id}/replay?${where}`)
  expect([again.status, inWords(await again.text()).includes('The same again')]).toEqual([200, true])
})

test('the trace has its latest decision with the reasons, and those before', async () => {
  const { project, where, page } = await open()
  const first = await decide(project, { output: 'It is Ada.' })
  const alone = await hub.page(`/traces/${first.trace_id}?${where}`)
  expect(inWords(alone)).toContain('Decision Allow')
  expect(alone).not.toContain('Earlier decisions')
  const second = await decide(project, { output: `Write to ${MAIL}`, trace_id: first.trace_id })
  const html = await hub.page(`/traces/${first.trace_id}?${where}`)
  expect(inWords(html)).toContain('Decision Escalate PII_DETECTED by rule personal-data')
  expect(inWords(html)).toContain('Earlier decisions: 1')
  const links = valuesOf(html, 'href')
  expect([links.includes(page(first.id)), links.includes(page(second.id))]).toEqual([true, true])
  expect(html).toContain('type-decision')
  expect(inWords(await hub.page(`/?${where}`))).toContain('Escalate PII_DETECTED')
})

test('a trace on which nothing was decided has no such part', async () => {
  const { project, where } = await open()
  const trace_id = crypto.randomUUID()
  await hub.tell(project, '/ingest/traces', { trace: { trace_id, name: 'plain', start_time: at(-1) } })
  expect(await hub.page(`/traces/${trace_id}?${where}`)).not.toContain('class="trace-decision"')
})

test('once its trace is gone, a decision says so and leads nowhere', async () => {
  const { project, page } = await open()
  const { id, trace_id } = await decide(project, { output: 'It is Ada.' })
  await hub.deps.database.sql`delete from traces where trace_key = ${trace_id.replaceAll('-', '')}`
  const html = await hub.page(page(id))
  expect(html).toContain('trace expired')
  expect(valuesOf(html, 'href').some((href) => href.startsWith('/traces/'))).toBe(false)
})

test('trying decides with its reasons and stores nothing, with the script and without', async () => {
  const { where, policy_id, count } = await open()
  const fields = {
    version: '1',
    input: 'Who?',
    output: `Write to ${MAIL}`,
    contexts: '',
    environment: 'prod',
  }
  const page = await hub.submit(`/policies/${policy_id}/try?${where}`, fields)
  const html = await page.text()
  expect(inWords(html)).toContain('Escalate PII_DETECTED by rule personal-data')
  expect(inWords(html)).toContain('signals.pii.count = 1')
  expect(html).toContain('<select name="version">')
  const part = await (await hub.submit(`/fragments/policies/${policy_id}/try?${where}`, fields)).text()
  expect(part).toStartWith('<section class="policy-card try-result"')
  const missing = { ...fields, output: '', input: '', trace_id: crypto.randomUUID() }
  const refused = await hub.submit(`/fragments/policies/${policy_id}/try?${where}`, missing)
  expect([refused.status, (await refused.text()).includes('could not be decided')]).toEqual([200, true])
  expect(await count()).toBe(0)
})

test('a policy that can no longer be read decides by its default, and the page says so in words', async () => {
  const { project, policy_id, page } = await open()
  await hub.deps.database.sql`
    update policy_versions set definition = '"rules: ["', hash = 'sha256:broken' where policy_id = ${policy_id}`
  await hub.deps.database.sql`update policy_revision set revision = revision + 1`
  let html = ''
  await until('the broken version decides', async () => {
    html = await hub.page(page((await decide(project, { output: 'It is Ada.' })).id))
    return html.includes('Degraded')
  })
  expect(html).toContain('The stored policy could not be read any more')
})

test('a judge that cannot be reached is named with what went wrong, and the decision is marked degraded', async () => {
  const url = `http://127.0.0.1:1/${'x'.repeat(9)}`
  const { project, where, page } = await open(
    `version: 2\njudges:\n  my_faithful: { model: m, prompt: How true?, endpoint: "${url}", returns: { score: number }, on_error: closed }\n` +
      `rules:\n  - id: ungrounded\n    when: judges.my_faithful.score < 0.5\n    then: BLOCK\n`,
  )
  const { id } = await decide(project, { output: 'It is Ada.' })
  const words = inWords(await hub.page(page(id)))
  expect(words).toContain('Judge my_faithful : could not be reached')
  expect(words).toContain('judges.my_faithful.score = failed, counts as matched')
  expect(inWords(await hub.page(`/decisions?${where}&degraded=yes`))).toContain('Block Degraded')
})

test('hostile ids, reasons and messages of a policy stay text on the decision and its trace', async () => {
  const hostile = JSON.stringify(HOSTILE.slice(0, 200))
  const { project, where, page } = await open(
    `version: 2\nrules:\n  - id: ${hostile}\n    when: signals.pii.count > 0 || request.message == ${JSON.stringify('</code><script>x</script>')}\n    then: BLOCK\n    reason: ${hostile}\n    message: ${hostile}\n`,
  )
  const { id, trace_id } = await decide(project, { output: `Write to ${MAIL}` })
  for (const path of [page(id), `/traces/${trace_id}?${where}`, `/decisions?${where}`]) {
    const response = await hub.get(path)
    const html = await response.text()
    expect([path, response.status]).toEqual([path, 200])
    expect(html.match(/<script(?! (src="\/static\/|type="module" src="\/static\/))/g)).toBeNull()
    expect(html.match(/<(img|iframe|style|object|hx-partial)[\s>]/g)).toBeNull()
    expect(html.match(/\s(on\w+|style|srcdoc)="/g)).toBeNull()
  }
})

test('a decision of another project is the same 404 as one that is not there', async () => {
  const [mine, theirs] = [await open(), await open()]
  const { id } = await decide(theirs.project, { output: 'x' })
  for (const one of [id, crypto.randomUUID(), 'no-uuid'])
    expect([one, (await hub.get(mine.page(one))).status]).toEqual([one, 404])
  expect((await hub.submit(`/decisions/${id}/replay?${mine.where}`)).status).toBe(404)
})

test('in Korean decisions are Korean', async () => {
  const { project, where, page } = await open()
  const { id } = await decide(project, { output: `Write to ${MAIL}` })
  expect(inWords(await hub.page(`/decisions?${where}&lang=ko`))).toContain('사람에게 넘김 PII_DETECTED')
  expect(inWords(await hub.page(`${page(id)}&lang=ko`))).toContain('personal-data 맞음')
})
