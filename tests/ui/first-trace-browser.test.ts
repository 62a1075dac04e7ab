import { afterAll, beforeAll, expect, test } from 'bun:test'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { openBrowser, overflow } from './browser.ts'
import { sample } from './open-ui.ts'

suiteThatNeeds('chromium', 'the ways to send a first trace in a browser', () => {
  let room: Awaited<ReturnType<typeof openBrowser>>
  beforeAll(async () => void (room = await openBrowser()))
  afterAll(() => room.stop())

  test('a way is chosen with the keyboard, and what it shows is copied', async () => {
    const { project_id } = await room.hub.mint()
    const { page, wrong, close } = await room.open(`/?project_id=${project_id}`)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.evaluate(() => document.body.setAttribute('data-kept', ''))
    await page.getByRole('link', { name: 'LangGraph' }).focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('#first-langsmith').waitFor()
    expect(new URL(page.url()).searchParams.get('client')).toBe('langsmith')
    // Only the list was exchanged, and who goes by keyboard stands where they stood.
    expect(await page.locator('body[data-kept]').count()).toBe(1)
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('LangSmith')
    await page.getByRole('button', { name: 'Copy: Set these where your app starts' }).click()
    await page.getByText('Copied').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      [
        'export LANGSMITH_TRACING=true',
        'export LANGSMITH_ENDPOINT=http://localhost:8000',
        'export LANGSMITH_API_KEY=YOUR_PROJECT_KEY',
      ].join('\n'),
    )
    expect(wrong).toEqual([])
    await close()
  }, 60_000)

  test('the way that was chosen stays while the page polls, and the first trace takes its place', async () => {
    const project = await room.hub.mint()
    const { page, wrong, close } = await room.open(`/?project_id=${project.project_id}`)
    await page.getByRole('link', { name: 'Langfuse' }).click()
    await page.locator('#first-langfuse').waitFor()
    const polled = await page.waitForResponse(/\/fragments\/traces\?.*client=langfuse/)
    expect(polled.status()).toBe(304)
    expect(await page.locator('#first-langfuse').count()).toBe(1)
    await room.hub.tell(project, '/ingest/traces', sample().body)
    await page.locator('.traces .row-link').waitFor()
    expect(await page.locator('.first-trace').count()).toBe(0)
    expect(wrong).toEqual([])
    await close()
  }, 60_000)

  test('without a script every way is a link that works, and nothing sticks out at 390 px', async () => {
    const { project_id } = await room.hub.mint()
    for (const [lang, dark] of [
      ['en', false],
      ['ko', true],
    ] as const) {
      const look = { script: false, width: 390, dark }
      const { page, close } = await room.open(`/?project_id=${project_id}&lang=${lang}`, look)
      const names = await page.locator('.ways a').allInnerTexts()
      expect(names).toHaveLength(10)
      for (const name of names) {
        await page.getByRole('link', { name, exact: true }).click()
        await page.locator('.ways a[aria-current]', { hasText: name }).waitFor()
        expect([name, await page.locator('.snippet pre').count()]).not.toEqual([name, 0])
        expect([name, await page.locator('.copy:visible').count(), await overflow(page)]).toEqual([
          name,
          0,
          0,
        ])
      }
      await close()
    }
  }, 60_000)
})
