import { afterAll, beforeAll, expect, test } from 'bun:test'
import { fileURLToPath } from 'node:url'
import type Axe from 'axe-core'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { browserOver, openBrowser } from './browser.ts'
import { at, sample } from './open-ui.ts'
import { openGuarded, PASSWORD, visitor } from './visitor.ts'

const AXE = await Bun.file(fileURLToPath(import.meta.resolve('axe-core/axe.min.js'))).text()
const GRAVE = new Set(['serious', 'critical'])
const LOOKS = [
  ['en', false],
  ['en', true],
  ['ko', false],
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
      ...['/sessions', '/users', '/evals', '/ledger'].map((path) => `${path}?${where}`),
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
