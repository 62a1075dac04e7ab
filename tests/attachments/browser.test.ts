import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { openBrowser, overflow } from '../ui/browser.ts'
import { HOSTILE_PAGE, HOSTILE_SVG, png, textFile, type File } from './files.ts'
import { mustSend, run } from './send-runs.ts'

type Room = Awaited<ReturnType<typeof openBrowser>>

async function sent({ hub }: Room, files: File[]): Promise<string> {
  const project = await hub.mint()
  const one = run(files)
  await mustSend(hub.api, project, [one])
  return `/traces/${one.trace_id}?project_id=${project.project_id}&span=${one.id}`
}

const FILES: File[] = [
  { name: 'before', type: 'image/png', bytes: png('before') },
  { name: 'after', type: 'image/png', bytes: png('after', [191, 44, 52], 60, 400) },
  textFile('report', 'application/pdf', '%PDF-1.4'),
  textFile(`a name without an end ${'ab'.repeat(60)}`, 'text/csv', 'a,b'),
]

/** How wide the pictures really are; 0 is one that did not load. */
const widths = (page: Page) =>
  page.locator('.attachments img').evaluateAll((all) =>
    Promise.all(
      all.map(async (one) => {
        const picture = one as HTMLImageElement
        picture.loading = 'eager'
        await picture.decode()
        return picture.naturalWidth
      }),
    ),
  )

/** Goes to an address that is saved instead of shown. */
async function save(page: Page, link: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator(link).click()])
  return download.suggestedFilename()
}

suiteThatNeeds('chromium', 'attachments in a browser', () => {
  let room: Room
  beforeAll(async () => void (room = await openBrowser()))
  afterAll(() => room.stop())

  for (const [width, dark] of [
    [1440, false],
    [1440, true],
    [390, false],
    [390, true],
  ] as const) {
    test(`pictures are drawn and nothing sticks out at ${width} px, ${dark ? 'dark' : 'light'}`, async () => {
      const { page, wrong, close } = await room.open(await sent(room, FILES), { width, dark })
      expect(await widths(page)).toEqual([320, 60])
      expect(await overflow(page)).toBe(0)
      const list = page.locator('.attachments')
      expect(await list.evaluate((own) => own.scrollWidth - own.clientWidth)).toBe(0)
      expect(wrong).toEqual([])
      await close()
    }, 30_000)
  }

  test('without script the pictures are there, and their names lead to them', async () => {
    const { page, wrong, close } = await room.open(await sent(room, FILES), { script: false })
    expect(await page.locator('.attachments img').count()).toBe(2)
    expect(wrong).toEqual([])
    await page.locator('.attachment-name').first().click()
    await page.waitForURL(/\/attachments\//)
    // Script is off for pages, not for us: the picture is all there is, in its own size.
    const picture = page.locator('img')
    expect(await picture.boundingBox()).toMatchObject({ width: 320, height: 200 })
    await close()
  }, 30_000)

  test('a drawing and a page with script are saved and run nothing, and the drawing is not drawn either', async () => {
    const { page, close } = await room.open(
      await sent(room, [
        textFile('drawing.svg', 'image/svg+xml', HOSTILE_SVG),
        textFile('page', 'text/html', HOSTILE_PAGE),
      ]),
    )
    const title = await page.title()
    expect(await save(page, '.attachment >> nth=0 >> a')).toBe('drawing.svg')
    expect(await save(page, '.attachment >> nth=1 >> a')).toBe('page')
    expect(await page.locator('.attachments img').count()).toBe(0)
    const hrefs = await page
      .locator('.attachment-name')
      .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href))
    const drawn = await page.evaluate(
      (src) =>
        new Promise((resolve) => {
          const picture = new Image()
          picture.addEventListener('load', () => resolve(true))
          picture.addEventListener('error', () => resolve(false))
          picture.src = src
        }),
      hrefs[0] ?? '',
    )
    expect(drawn).toBe(false)
    const tab = await page.context().newPage()
    for (const href of hrefs) {
      await tab.goto(href).catch(() => null)
      expect(await tab.title()).not.toBe('hit')
    }
    expect(await page.title()).toBe(title)
    await close()
  }, 30_000)

  test('a text that looks like a page is shown as text', async () => {
    const { page, close } = await room.open(await sent(room, [textFile('note', 'text/plain', HOSTILE_PAGE)]))
    await page.locator('.attachment-name').click()
    await page.waitForURL(/\/attachments\//)
    expect(await page.locator('body').innerText()).toContain('<script>')
    expect(await page.title()).not.toBe('hit')
    await close()
  }, 30_000)
})
