import { afterAll, beforeAll, expect, test } from 'bun:test'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { openBrowser, overflow } from './browser.ts'
import { HOSTILE, sample } from './open-ui.ts'

const HOUR = 3_600_000

suiteThatNeeds('chromium', 'the control room in a browser', () => {
  let room: Awaited<ReturnType<typeof openBrowser>>
  beforeAll(async () => void (room = await openBrowser()))
  afterAll(() => room.stop())

  /** Some traces of the last day; one of them failed, with a model of hostile name. */
  async function filled() {
    const project = await room.hub.mint()
    const old = (hours: number) => {
      const start = Date.now() - hours * HOUR
      return { start_time: new Date(start).toISOString(), end_time: new Date(start + 400).toISOString() }
    }
    for (const hours of [2, 5, 9]) {
      await room.hub.tell(project, '/ingest/traces', sample({ trace: { name: 'sound', ...old(hours) } }).body)
    }
    const span = { model: HOSTILE.slice(0, 250), input_tokens: 9, cost_usd: 0.5 }
    const failed = sample({ trace: { name: 'broken', status: 'error', ...old(14) }, span })
    await room.hub.tell(project, '/ingest/traces', failed.body)
    return { project, path: `/?project_id=${project.project_id}` }
  }

  test('a click on a bar narrows the window and the list; back widens both', async () => {
    const { path } = await filled()
    const { page, wrong, close } = await room.open(path)
    expect(await page.locator('.bar').count()).toBe(4)
    expect(await page.locator('.traces tbody tr').count()).toBe(4)
    await page.locator('.bar', { has: page.locator('.bar-error') }).click()
    await page.waitForURL(/from=/)
    await page.locator('.traces tbody tr').first().waitFor()
    expect(await page.locator('.traces tbody tr').allInnerTexts()).toHaveLength(1)
    expect(await page.locator('.figure-value').first().innerText()).toBe('1')
    expect(await page.locator('.queue .row-link').innerText()).toBe('broken')
    await page.goBack()
    await page.locator('.traces tbody tr').nth(3).waitFor()
    expect(wrong).toEqual([])
    await close()
  })

  test('a new trace moves the figures by itself, and what was unfolded stays so', async () => {
    const { project, path } = await filled()
    const { page, wrong, close } = await room.open(path)
    await page.locator('.as-table > summary').click()
    await room.hub.tell(project, '/ingest/traces', sample({ trace: { status: 'error' } }).body)
    await page.locator('.figure-value').first().filter({ hasText: '5' }).waitFor()
    expect(await page.locator('.queue .row-link').count()).toBe(2)
    expect(await page.locator('.as-table table').isVisible()).toBe(true)
    expect(wrong).toEqual([])
    await close()
  })

  test('at any width, in both themes and languages, nothing sticks out and nothing hostile runs', async () => {
    const { path } = await filled()
    for (const [width, dark, lang] of [
      [1440, false, 'en'],
      [1440, true, 'ko'],
      [390, true, 'en'],
      [390, false, 'ko'],
      [320, false, 'en'],
    ] as const) {
      const { page, wrong, close } = await room.open(`${path}&lang=${lang}`, { width, dark })
      await page.evaluate(() =>
        document
          .querySelectorAll<HTMLDetailsElement>('#figures details, .window details')
          .forEach((details) => (details.open = true)),
      )
      const hit = await page.evaluate(() => 'hit' in window)
      expect({ width, lang, hit, wrong, sticks_out: await overflow(page) }).toEqual({
        ...{ width, lang, hit: false, wrong: [], sticks_out: 0 },
      })
      await close()
    }
  })

  test('without JavaScript the window is chosen by link and by form', async () => {
    const { path } = await filled()
    const { page, close } = await room.open(path, { script: false })
    await page.getByRole('link', { name: '1 h', exact: true }).click()
    expect(await page.locator('.figure-value').first().innerText()).toBe('0')
    await page.getByText('Custom', { exact: true }).click()
    await page.getByLabel('SLA limit (seconds)').fill('0.1')
    await page.locator('.window-custom button').click()
    const params = new URL(page.url()).searchParams
    expect([params.get('sla'), params.get('range')]).toEqual(['0.1', '1h'])
    await page.getByRole('link', { name: '24 h', exact: true }).click()
    const tile = page.locator('.figure', { hasText: 'SLA breaches' })
    expect(await tile.innerText()).toContain('longer than 100 ms')
    expect(await tile.locator('.figure-value').innerText()).toBe('4')
    await close()
  })
})
