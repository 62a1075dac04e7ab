import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'bun:test'
import { openBrowser, overflow } from './browser.ts'
import { at, hostile, sample } from './open-ui.ts'

const browser = await openBrowser()
const { hub } = browser
afterAll(browser.stop)

const TIMES = { start_time: at(-9), end_time: at(-1), status: 'success' }

/** A trace of some spans: a root and many below it, the second of them with a child that failed. */
async function many(count: number, more: object = {}) {
  const project = await hub.mint()
  const trace_id = crypto.randomUUID()
  const said = (span_id: string, parent_span_id: string | null, fields: object = {}) => ({
    ...{ span_id, trace_id, parent_span_id, name: `name ${span_id}`, ...TIMES, idempotency_key: span_id },
    ...fields,
  })
  const below = Array.from({ length: count }, (_, n) =>
    said(`s${n}`, 'root', { start_time: at(-9 + n / 1000) }),
  )
  const spans = [said('root', null, more), ...below, said('failed', 's1', { status: 'error', error: 'Boom' })]
  await hub.tell(project, '/ingest/traces', { trace: { trace_id, ...TIMES, ...more }, spans })
  return { project, trace_id, path: `/traces/${trace_id}?project_id=${project.project_id}` }
}

const selected = (page: Page) =>
  page
    .locator('.tree tr.is-selected')
    .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset['span']))

const rows = (page: Page) => page.locator('.tree tr[data-span]')

/** Presses a key and waits until the pane shows a span, or none. */
async function press(page: Page, key: string, name: string | null) {
  await page.keyboard.press(key)
  const head = page.locator('#pane h2')
  if (name === null) await head.waitFor({ state: 'detached' })
  else await head.filter({ hasText: name }).waitFor()
}

test('the keys walk the rows, the siblings and the failed spans, and close the span', async () => {
  const { path } = await many(4)
  const { page, wrong, close } = await browser.open(path)
  const steps: [key: string, span: string][] = [
    ['j', 'root'],
    ['j', 's0'],
    ['j', 's1'],
    ['j', 'failed'],
    ['k', 's1'],
    [']', 's2'],
    ['[', 's1'],
    ['e', 'failed'],
  ]
  for (const [key, span] of steps) {
    await press(page, key, `name ${span}`)
    expect([key, await selected(page), new URL(page.url()).searchParams.get('span')]).toEqual([
      key,
      [span],
      span,
    ])
  }
  await press(page, 'Escape', null)
  expect([await selected(page), new URL(page.url()).searchParams.get('span')]).toEqual([[], null])
  expect(wrong).toEqual([])
  await close()
}, 30_000)

test('the keys reach the views, the search and the help, and are letters where one writes', async () => {
  const { path } = await many(2)
  const { page, wrong, close } = await browser.open(path)
  await page.keyboard.press('t')
  await page.waitForURL(/view=timeline/)
  await page.keyboard.press('s')
  await rows(page).first().waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('tj?')
  expect(await page.locator('#find').inputValue()).toBe('tj?')
  expect(page.url()).not.toContain('view=')
  await page.locator('h1').click()
  await page.keyboard.press('?')
  expect(await page.locator('#keys').evaluate((dialog) => (dialog as HTMLDialogElement).open)).toBe(true)
  await page.keyboard.press('Escape')
  expect(await page.locator('#keys').evaluate((dialog) => (dialog as HTMLDialogElement).open)).toBe(false)
  expect(wrong).toEqual([])
  await close()
}, 30_000)

test('scrolling brings the rows that follow; choosing, news and a poll leave them there', async () => {
  const { project, trace_id, path } = await many(500, { status: 'running', end_time: null })
  const { page, wrong, close } = await browser.open(path)
  expect(await rows(page).count()).toBe(200)
  await page.locator('.tree-box').evaluate((box) => void (box.scrollTop = box.scrollHeight))
  await rows(page).nth(300).waitFor()
  await rows(page).nth(300).locator('.span-link').click()
  await page.locator('#pane h2').waitFor()
  const [chosen] = await selected(page)
  const late = { span_id: 'late', trace_id, name: 'late', ...TIMES, idempotency_key: 'late' }
  await hub.tell(project, '/ingest/traces', { trace: { trace_id, start_time: at(-9) }, spans: [late] })
  await page.getByText('502 / 503').waitFor()
  expect(await rows(page).count()).toBeGreaterThanOrEqual(400)
  expect(await selected(page)).toEqual([chosen])
  expect(await page.locator('#pane h2').textContent()).toBe(`name ${chosen}`)
  expect(wrong).toEqual([])
  await close()
}, 30_000)

test('folding keeps the place and the focus, and needs no script', async () => {
  const { path } = await many(3)
  for (const script of [true, false]) {
    const { page, wrong, close } = await browser.open(path, { script })
    await page.getByRole('button', { name: 'Below name s1: 1' }).click()
    await page.getByText('1 failed below').waitFor()
    expect(await rows(page).count()).toBe(4)
    if (script) {
      expect(await page.evaluate(() => document.activeElement?.getAttribute('value'))).toBe('s1')
    }
    await page.getByRole('button', { name: 'Below name s1: 1' }).click()
    await rows(page).nth(4).waitFor()
    expect(wrong).toEqual([])
    await close()
  }
}, 30_000)

test('a review is said and seen, with and without the script', async () => {
  for (const script of [true, false]) {
    const { path } = await many(1)
    const { page, wrong, close } = await browser.open(`${path}&view=evaluations`, { script })
    await page.getByLabel('Note').fill('근거가 없음')
    await page.getByRole('button', { name: 'Review as failed' }).click()
    await page.getByText('The latest review: failed.').waitFor()
    await page.getByText('근거가 없음').waitFor()
    expect(wrong).toEqual([])
    await close()
  }
}, 30_000)

test('hostile content runs nothing, asks for nothing and sticks out nowhere, in every view', async () => {
  const project = await hub.mint()
  const { trace_id, traces, run, events, evaluation } = hostile()
  await hub.tell(project, '/ingest/traces', traces)
  await hub.tell(project, '/ingest/langgraph-runs', run)
  await hub.tell(project, '/ingest/spans', events)
  await hub.tell(project, '/evals', evaluation)
  const wide = sample({
    span: { name: 'a'.repeat(1000), output: 'b'.repeat(1_000_000), error: 'c'.repeat(9000) },
  })
  await hub.tell(project, '/ingest/traces', wide.body)
  const at_project = `?project_id=${project.project_id}`
  const bad = `/traces/${encodeURIComponent(trace_id)}${at_project}`
  const paths = [
    ...['', '&span=constructor', '&view=timeline', '&view=evaluations', '&find=script&path=on'].map(
      (more) => bad + more,
    ),
    `/traces/${wide.trace_id}${at_project}&span=${wide.span_id}`,
  ]
  for (const width of [1440, 390]) {
    for (const path of paths) {
      const { page, wrong, close } = await browser.open(path, { width, dark: width === 390 })
      expect([path, wrong]).toEqual([path, []])
      expect(await page.evaluate(() => 'hit' in window)).toBe(false)
      expect([path, width, await overflow(page)]).toEqual([path, width, 0])
      await close()
    }
  }
}, 60_000)
