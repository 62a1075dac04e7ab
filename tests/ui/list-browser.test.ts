import { afterAll, beforeAll, expect, test } from 'bun:test'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { openBrowser, overflow } from './browser.ts'
import { at, HOSTILE, sample } from './open-ui.ts'

suiteThatNeeds('chromium', 'the list of traces in a browser', () => {
  let room: Awaited<ReturnType<typeof openBrowser>>
  beforeAll(async () => void (room = await openBrowser()))
  afterAll(() => room.stop())

  /** A project with so many traces, one a second, the last the newest. */
  async function filled(traces: number, more: (n: number) => object = () => ({})) {
    const project = await room.hub.mint()
    const say = (n: number, trace: object = {}) => {
      const times = { start_time: at(n - traces - 60), end_time: at(n - traces - 59) }
      return room.hub.tell(
        project,
        '/ingest/traces',
        sample({ trace: { name: `trace ${n}`, ...times, ...trace } }).body,
      )
    }
    for (let n = 1; n <= traces; n++) await say(n, more(n))
    return { path: `/?project_id=${project.project_id}`, say }
  }

  test('a filter is written with the keyboard alone, in Hangul, and mended by its own advice', async () => {
    const { path } = await filled(3, (n) => ({
      user_id: n === 2 ? '김 철수' : 'u',
      status: n === 1 ? 'error' : 'success',
    }))
    const { page, wrong, close } = await room.open(path)
    const bar = page.getByRole('searchbox', { name: 'Filter' })
    await bar.focus()
    await page.keyboard.insertText('user:"김 철수"')
    await page.keyboard.press('Enter')
    await page.waitForURL(/q=/)
    expect(await page.locator('.traces tbody tr').count()).toBe(1)
    expect(await bar.inputValue()).toBe('user:"김 철수"')
    await bar.fill('staus:error')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Did you mean status?' }).click()
    await page.locator('.traces').waitFor()
    expect(await page.locator('.cell-name .row-link').allInnerTexts()).toEqual(['trace 1'])
    expect(wrong).toEqual([])
    await close()
  }, 60_000)

  test('boxes that are ticked narrow the list, and stay ticked', async () => {
    const { path } = await filled(4, (n) => ({ model: n % 2 ? 'odd, one' : 'even' }))
    const { page, wrong, close } = await room.open(path)
    await page.locator('.more-filters summary').click()
    await page.getByRole('group', { name: 'Model' }).getByLabel('odd, one').check()
    await page.locator('.filter-panel').getByRole('button', { name: 'Apply' }).click()
    await page.locator('.chip').first().waitFor()
    expect(await page.locator('.cell-name .row-link').allInnerTexts()).toEqual(['trace 3', 'trace 1'])
    await page.locator('.more-filters summary').click()
    expect(await page.getByRole('group', { name: 'Model' }).getByLabel('odd, one').isChecked()).toBe(true)
    await page.locator('.chip').first().click()
    await page.waitForFunction(() => document.querySelectorAll('.traces tbody tr').length === 4)
    expect(wrong).toEqual([])
    await close()
  }, 60_000)

  test('newer traces are announced and push nothing away until they are asked for (W-76)', async () => {
    const { path, say } = await filled(2)
    const { page, wrong, close } = await room.open(path)
    const names = page.locator('.cell-name .row-link')
    for (const name of ['three', 'four']) await say(3, { name, start_time: at(0), end_time: at(0) })
    const pill = page.getByRole('link', { name: '2 new' })
    await pill.waitFor()
    expect(await names.allInnerTexts()).toEqual(['trace 2', 'trace 1'])
    await pill.click()
    await page.waitForFunction(() => document.querySelectorAll('.traces tbody tr').length === 4)
    expect(await names.first().innerText()).toBe('four')
    expect(await pill.count()).toBe(0)
    expect(wrong).toEqual([])
    await close()
  }, 60_000)

  test('pages follow each other without the rest of the page, and the way back leads back', async () => {
    const { path } = await filled(12)
    const { page, wrong, close } = await room.open(`${path}&page_size=10`)
    await page.evaluate(() => document.querySelector('h1')?.setAttribute('data-kept', 'yes'))
    await page.getByRole('link', { name: 'Older traces' }).click()
    await page.waitForFunction(() => document.querySelectorAll('.traces tbody tr').length === 2)
    expect(page.url()).toContain('cursor=')
    expect(await page.locator('h1').getAttribute('data-kept')).toBe('yes')
    await page.goBack()
    await page.waitForFunction(() => document.querySelectorAll('.traces tbody tr').length === 10)
    expect(wrong).toEqual([])
    await close()
  }, 60_000)

  test('nothing sticks out at 390 px, with every panel open, whatever traces say', async () => {
    const label = HOSTILE.slice(0, 250)
    const { path } = await filled(2, () => ({
      ...{
        name: label,
        model: label,
        user_id: label,
        session_id: 'x'.repeat(200),
        tags: [label, 'y'.repeat(200)],
      },
      ...{ release: label, environment: 'z'.repeat(200), input_text: 'w'.repeat(500), output_text: HOSTILE },
    }))
    const cols = '&cols=state.start.name.input.output.duration.model.who.tags.release.review'
    for (const width of [390, 1440]) {
      const address = `${path}${cols}&q=-model:${'long'.repeat(60)}`
      const { page, wrong, close } = await room.open(address, { width, dark: true })
      for (const summary of await page.locator('.filter summary').all()) {
        await summary.click()
        expect({ width, sticks_out: await overflow(page) }).toEqual({ width, sticks_out: 0 })
        await summary.click()
      }
      expect(await page.locator('.traces tbody tr').count()).toBe(2)
      expect(wrong).toEqual([])
      await close()
    }
  }, 60_000)
})
