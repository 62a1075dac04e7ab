import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { openBrowser, overflow } from './browser.ts'
import { at, sample } from './open-ui.ts'

/** How a person works a page: what is pressed, what is written, and how news come. */
type Hands = {
  press: (what: Locator) => Promise<void>
  write: (where: Locator, text: string) => Promise<void>
  /** Waits for something that came from outside. */
  news: (what: Locator) => Promise<void>
}

const MOST_STEPS = 200

const mouse: Hands = {
  press: (what) => what.click(),
  write: (where, text) => where.fill(text),
  news: (what) => what.waitFor(),
}

/** Tab, Enter and letters; nothing is pointed at. */
function keyboard(page: Page): Hands {
  async function reach(what: Locator): Promise<void> {
    await what.waitFor()
    for (let step = 0; step < MOST_STEPS; step++) {
      if (await what.evaluate((element) => element === document.activeElement)) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`the keyboard does not reach ${what.toString()}`)
  }
  return {
    async press(what) {
      await reach(what)
      await page.keyboard.press('Enter')
    },
    async write(where, text) {
      await reach(where)
      await page.keyboard.type(text)
    },
    news: (what) => what.waitFor(),
  }
}

/** Nothing comes by itself: the page is asked for again. */
const reloading = (page: Page): Hands => ({
  ...mouse,
  async news(what) {
    await page.reload()
    await what.waitFor()
  },
})

suiteThatNeeds('chromium', 'the way of a person through the pages', () => {
  let room: Awaited<ReturnType<typeof openBrowser>>
  beforeAll(async () => void (room = await openBrowser()))
  afterAll(() => room.stop())

  /** A run of a graph that is under way, and what is sent when it goes on. */
  function runOf(project: { project_id: string; key: string }) {
    const trace_id = crypto.randomUUID()
    const visit = (node_id: string, seconds: number, more: object = {}) => ({
      ...{ node_id, node_name: node_id, start_time: at(seconds), idempotency_key: node_id, ...more },
      ...{ input_state: { step: 1 }, output_state: { step: 2 } },
    })
    const say = (nodes: object[]) =>
      room.hub.tell(project, '/ingest/langgraph-runs', {
        ...{
          trace_id,
          run_id: 'run',
          graph_name: 'order-agent',
          status: 'running',
          start_time: at(-9),
          nodes,
        },
        graph: { nodes: [{ id: 'plan' }, { id: 'act' }], edges: [{ source: 'plan', target: 'act' }] },
      })
    return {
      begin: () => say([visit('plan', -8)]),
      goOn: () =>
        say([
          visit('plan', -8, { end_time: at(-7), idempotency_key: 'plan end' }),
          visit('act', -6, { parent_node_id: 'plan' }),
        ]),
    }
  }

  /** Makes a project, takes its second key, and sends it the first trace. */
  async function begin(page: Page, { press, write, news }: Hands) {
    await write(page.getByLabel('Name', { exact: true }), `journey ${crypto.randomUUID().slice(0, 8)}`)
    await press(page.getByRole('button', { name: 'Create project' }))
    await press(page.locator('.notice').getByRole('link', { name: 'Rotate key' }))
    await press(page.getByRole('button', { name: 'Yes, rotate' }))
    const key = await page.locator('#api-key').innerText()
    await press(page.getByRole('link', { name: 'Open traces' }))
    await page.getByText('Waiting for the first trace').waitFor()
    const project_id = new URL(page.url()).searchParams.get('project_id') ?? ''
    await room.hub.tell({ project_id, key }, '/ingest/traces', sample().body)
    await news(page.getByRole('link', { name: 'chat-request' }))
    return { project_id, key }
  }

  /** The whole way, and what sticks out of its pages. */
  async function walk(page: Page, hands: Hands): Promise<void> {
    const { press, write, news } = hands
    const tight = async () => expect([page.url(), await overflow(page)]).toEqual([page.url(), 0])
    const run = runOf(await begin(page, hands))
    await tight()

    await run.begin()
    await write(page.locator('main input[name=q]'), 'status:running')
    await page.keyboard.press('Enter')
    const found = page.locator('#trace-list').getByRole('link', { name: 'order-agent' })
    await found.waitFor()
    expect(await page.locator('#trace-list').getByRole('link', { name: 'chat-request' }).count()).toBe(0)
    await tight()

    await press(found)
    await page.locator('.trace-head').waitFor()
    await tight()
    await press(page.getByRole('link', { name: 'Graph', exact: true }))
    await page.locator('.graph-node.is-running[aria-label^="plan"]').waitFor()
    await run.goOn()
    await news(page.locator('.graph-node.is-running[aria-label^="act"]'))
    await tight()

    await press(page.locator('.graph-node[aria-label^="plan"]'))
    await page.locator('main h1', { hasText: 'plan' }).waitFor()
    expect(new URL(page.url()).pathname).toContain('/nodes/')
    await tight()

    await press(page.locator('.path a[href^="/traces/"]'))
    await press(page.getByRole('link', { name: /^Evaluations \d/ }))
    await write(page.getByLabel('Note'), '근거가 있음')
    await press(page.getByRole('button', { name: 'Review as passed' }))
    await page.getByText('근거가 있음').first().waitFor()
    await page.getByRole('button', { name: 'Review as failed' }).waitFor()
    await tight()
  }

  for (const width of [1440, 390]) {
    test(`from the first key to the review, with a mouse, ${width} px wide`, async () => {
      const { page, wrong, close } = await room.open('/projects', { width })
      await walk(page, mouse)
      expect(wrong).toEqual([])
      await close()
    }, 60_000)

    test(`the same with nothing but the keyboard, ${width} px wide`, async () => {
      const { page, wrong, close } = await room.open('/projects', { width })
      await walk(page, keyboard(page))
      expect(wrong).toEqual([])
      await close()
    }, 60_000)

    test(`the same without JavaScript, ${width} px wide`, async () => {
      const { page, close } = await room.open('/projects', { width, script: false })
      await walk(page, reloading(page))
      await close()
    }, 60_000)
  }
})
