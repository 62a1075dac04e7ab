import { afterAll, beforeAll, expect, test } from 'bun:test'
import { fileURLToPath } from 'node:url'
import type Axe from 'axe-core'
import { migrate } from '#shared/store/migrate.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { browserOver, openBrowser } from './browser.ts'
import { at, openUi, sample } from './open-ui.ts'
import { FAILING, GOOD, policyIn } from './policy-texts.ts'
import { openGuarded, PASSWORD, visitor } from './visitor.ts'

const AXE = await Bun.file(fileURLToPath(import.meta.resolve('axe-core/axe.min.js'))).text()
const GRAVE = new Set(['serious', 'critical'])
/** Each language, theme and width once: what axe finds hangs on one of them, not on how they meet. */
const LOOKS = [
  ['en', false],
  ['ko', true],
] as const

type Room = { open: Awaited<ReturnType<typeof openBrowser>>['open'] }
type Page = Awaited<ReturnType<Room['open']>>['page']

/** What axe finds grave on a page, one line for each place. */
async function graveIn(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const found = await page.evaluate(async () => {
    // The line above has put it there.
    const { axe } = window as unknown as { axe: typeof Axe }
    const { violations } = await axe.run(document, { resultTypes: ['violations'] })
    return violations.map(({ id, impact, nodes }) => ({
      ...{ id, impact: impact ?? '' },
      places: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary ?? ''}`),
    }))
  })
  return found
    .filter(({ impact }) => GRAVE.has(impact))
    .flatMap(({ id, places }) => places.map((p) => `${id} ${p}`))
}

/** Everything grave on these pages in every look, so that one run shows it all. */
async function graveOn(room: Room, paths: string[]): Promise<string[]> {
  const grave: string[] = []
  for (const path of paths) {
    for (const [lang, dark] of LOOKS) {
      const separator = path.includes('?') ? '&' : '?'
      const width = lang === 'en' ? 1440 : 390
      const { page, close } = await room.open(`${path}${separator}lang=${lang}`, { dark, width })
      const found = await graveIn(page)
      grave.push(...found.map((line) => `${path} ${lang} ${dark ? 'dark' : 'light'}: ${line}`))
      await close()
    }
  }
  return grave
}

suiteThatNeeds('chromium', 'pages as assistive technology has them', () => {
  let room: Awaited<ReturnType<typeof openBrowser>>
  beforeAll(async () => void (room = await openBrowser()))
  afterAll(() => room.stop())

  /** A project with a run of a graph, a failed trace, evaluations and a session. */
  async function filled() {
    const project = await room.hub.mint()
    const who = {
      user_id: 'u-1',
      session_id: 's-1',
      model: 'gpt-4.1-mini',
      environment: 'prod',
      tags: ['vip'],
    }
    const input = [{ role: 'user', content: '환불 규정을 알려 주세요' }]
    const span = {
      input,
      output: { role: 'assistant', content: '7일 안에' },
      model: 'gpt-4.1-mini',
      input_tokens: 9,
    }
    const failed = sample({
      trace: { ...who, status: 'error' },
      span: { ...span, status: 'error', error: 'broken' },
    })
    const { trace_id, span_id, body } = sample({ trace: { ...who, status: 'running', end_time: null }, span })
    await room.hub.tell(project, '/ingest/traces', failed.body)
    await room.hub.tell(project, '/ingest/traces', body)
    const node = (id: string, parent_node_id: string | null, more: object) => ({
      ...{
        node_id: id,
        node_name: id,
        node_type: 'llm',
        parent_node_id,
        start_time: at(-3),
        idempotency_key: id,
      },
      ...{ input_state: { question: 'a' }, output_state: { question: 'a', answer: [1] }, ...more },
    })
    await room.hub.tell(project, '/ingest/langgraph-runs', {
      ...{ trace_id, run_id: 'r', graph_name: 'g', start_time: at(-4) },
      nodes: [node('plan', null, { end_time: at(-2) }), node('write', 'plan', { start_time: at(-1) })],
    })
    const verdict = {
      trace_id,
      eval_name: 'helpful',
      eval_model: 'judge',
      score: 0.4,
      passed: false,
      explanation: 'No.',
    }
    await room.hub.tell(project, '/evals', { ...verdict, idempotency_key: 'e' })
    return { project, trace_id, span_id }
  }

  test('nothing grave on the pages of a project, in either theme, language and width', async () => {
    const { project, trace_id, span_id } = await filled()
    const where = `?project_id=${project.project_id}`
    const trace = `/traces/${trace_id}`
    const views = ['', `&span=${span_id}`, '&view=graph', '&view=timeline', '&view=evaluations']
    const grave = await graveOn(room, [
      `/${where}`,
      `/${where}&q=${encodeURIComponent('status:error')}`,
      `/${where}&q=${encodeURIComponent('latency:>fast')}`,
      ...views.map((view) => `${trace}${where}${view}`),
      ...[`${trace}/nodes/plan${where}`, `${trace}/nodes/${span_id}${where}`],
      ...[
        `/sessions${where}`,
        `/sessions/s-1${where}`,
        `/users${where}`,
        `/evals${where}`,
        `/ledger${where}`,
      ],
    ])
    expect(grave).toEqual([])
  }, 240_000)

  test('nothing grave on the page of projects, of an empty one, and of what is not there', async () => {
    const { project_id } = await room.hub.mint()
    const where = `project_id=${project_id}`
    const grave = await graveOn(room, [
      ...['/projects', `/projects?manage=${project_id}&confirm=rotate`, '/audit', `/?${where}`, '/nowhere'],
      `/?${where}&client=langfuse`,
      ...['/sessions', '/users', '/evals', '/ledger'].map((path) => `${path}?${where}`),
    ])
    expect(grave).toEqual([])
  }, 240_000)
})

suiteThatNeeds('chromium', 'policies and decisions as assistive technology has them', () => {
  let room: Awaited<ReturnType<typeof openBrowser>>
  beforeAll(async () => void (room = await openBrowser()))
  afterAll(() => room.stop())

  /** A policy of two versions that decides, a decision of it on a trace, and a policy that does not hold. */
  async function decided() {
    const project = await room.hub.mint()
    const where = `project_id=${project.project_id}`
    const made = await room.hub.submit(`/policies?${where}`, {
      ...{ name: 'safety', definition: GOOD, act: 'activate' },
    })
    const id = policyIn(made.headers.get('location'))
    const save = async (definition: string) =>
      room.hub.submit(`/policies/${id}/versions?${where}`, { definition, act: 'save' })
    await save(GOOD.replace('reason: PII_DETECTED', 'reason: PERSONAL_DATA'))
    await save(FAILING)
    const body = { idempotency_key: 'a', output: `Write to ${['ada', 'example.test'].join('@')}` }
    const answer = await room.hub.api.request('POST', '/api/v1/decide', { key: project.key, body })
    const { decision } = (await answer.json()) as { decision: { id: string; trace_id: string } }
    return { where, id, decision }
  }

  test('nothing grave on the pages of policies, in either theme, language and width', async () => {
    const { where, id, decision } = await decided()
    const empty = `project_id=${(await room.hub.mint()).project_id}`
    const policy = `/policies/${id}`
    const grave = await graveOn(room, [
      ...[`/policies?${where}`, `/policies?${empty}`, `/policies/new?${where}`],
      ...[`${policy}?${where}&version=3`, `${policy}/versions?${where}&confirm=activate&version=2`],
      ...[`${policy}/diff?${where}&from=1&to=2`, `${policy}/tests?${where}&version=3`],
      `${policy}/try?${where}&trace_id=${decision.trace_id}`,
    ])
    expect(grave).toEqual([])
  }, 240_000)

  test('nothing grave on the pages of decisions, in either theme, language and width', async () => {
    const { where, decision } = await decided()
    const empty = `project_id=${(await room.hub.mint()).project_id}`
    const grave = await graveOn(room, [
      ...[`/decisions?${where}`, `/decisions?${empty}`, `/decisions/${decision.id}?${where}`],
      `/traces/${decision.trace_id}?${where}`,
    ])
    expect(grave).toEqual([])
  }, 240_000)
})

suiteThatNeeds('chromium', 'signing in as assistive technology has it', () => {
  test('nothing grave on the pages of people', async () => {
    const room = await browserOver(await openGuarded())
    const grave = await graveOn(room, ['/sign-in'])
    const { page, close } = await room.open('/sign-in')
    const { setUp, first } = room.hub
    await setUp(visitor(room.hub))
    await page.goto('/sign-in')
    await page.locator('[name=email]').fill(first.email)
    await page.locator('[name=password]').fill(PASSWORD)
    await page.locator('main button[type=submit]').click()
    await page.waitForURL(/projects/)
    for (const path of ['/people', '/account', '/audit']) {
      await page.goto(path)
      grave.push(...(await graveIn(page)).map((line) => `${path}: ${line}`))
    }
    await close()
    grave.push(...(await graveOn(room, ['/sign-in'])))
    await room.stop()
    expect(grave).toEqual([])
  }, 120_000)
})

suiteThatNeeds('chromium', 'notifications as assistive technology has them', () => {
  test('nothing grave on the page of notifications, in either theme, language and width', async () => {
    // Notifications take every event of their database: it is this test's own.
    const { url, database, drop } = await freshDatabase()
    await migrate(database)
    const room = await browserOver(await openUi({ url, notifies: true }))
    const project = await room.hub.mint()
    const ask = async (method: string, path: string, body?: object) => {
      const options = { key: project.key, ...(body === undefined ? {} : { body }) }
      const response = await room.hub.api.request(method, `/api/v1${path}`, options)
      return (await response.json()) as { id: string; delivery?: { id: string } }
    }
    const where = `/notifications?project_id=${project.project_id}`
    const empty = `/notifications?project_id=${(await room.hub.mint()).project_id}`
    // Nobody listens there: the test fails, and the log has an attempt.
    const wanted = { url: 'http://127.0.0.1:4/', events: ['case.*', 'trace.failed'], min_severity: 'high' }
    const { id } = await ask('POST', '/subscriptions', wanted)
    const { delivery } = await ask('POST', `/subscriptions/${id}/test`)
    const watch = { name: 'Errors', metric: 'error_rate', threshold: 1, window_minutes: 5, no_data: 'fire' }
    const { id: alert_id } = await ask('POST', '/alerts', watch)
    const alerts = `/alerts?project_id=${project.project_id}`
    const grave = await graveOn(room, [
      ...[alerts, `${alerts}&remove=${alert_id}`],
      ...[empty, where, `${where}&manage=${id}&confirm=remove`, `${where}&delivery=${delivery?.id}`],
    ])
    expect(grave).toEqual([])
    await room.stop()
    await drop()
  }, 240_000)
})

suiteThatNeeds('chromium', 'cases as assistive technology has them', () => {
  let room: Awaited<ReturnType<typeof openBrowser>>
  beforeAll(async () => void (room = await openBrowser()))
  afterAll(() => room.stop())

  test('nothing grave on the pages of cases, in either theme, language and width', async () => {
    const { hub } = room
    const project = await hub.mint()
    const where = `project_id=${project.project_id}`
    await hub.submit(`/policies?${where}`, { name: 'safety', definition: GOOD, act: 'activate' })
    const escalate = async (output: string): Promise<string> => {
      const body = { idempotency_key: crypto.randomUUID(), input: '누구에게 쓰나요?', output }
      const answer = await hub.api.request('POST', '/api/v1/decide', { key: project.key, body })
      // Every 200 of the operation has a decision.
      return ((await answer.json()) as { decision: { case_id: string } }).decision.case_id
    }
    const id = await escalate(`Write to ${['ada', 'example.test'].join('@')}`)
    const empty = `project_id=${(await hub.mint()).project_id}`
    const pages = [`/cases?${where}`, `/cases?${where}&status=all&acted=ack.1.1`, `/cases?${empty}`]
    const grave = await graveOn(room, [...pages, `/cases/${id}?${where}`])
    await hub.submit(`/cases/${id}/comment?${where}`, { version: '1', comment: '확인 중' })
    await hub.submit(`/cases/${id}/resolve?${where}`, { version: '2', outcome: 'wont_fix' })
    grave.push(...(await graveOn(room, [`/cases/${id}?${where}`, `/cases?${where}&status=resolved`])))
    expect(grave).toEqual([])
  }, 240_000)
})
