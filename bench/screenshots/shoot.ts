import type { Browser, Page } from 'playwright-core'
import { overflow, watch } from '../../tests/ui/browser.ts'
import type { Place } from './places.ts'

/** In which form a page is looked at. */
export type Look = { theme: 'light' | 'dark'; lang: 'en' | 'ko'; width: 1440 | 390 }

/** A picture, and what was wrong with the page while it was taken. */
export type Shot = { place: string; look: Look; file: string; wrong: string[] }

export const LOOKS: readonly Look[] = (['light', 'dark'] as const).flatMap((theme) =>
  (['en', 'ko'] as const).flatMap((lang) => ([1440, 390] as const).map((width) => ({ theme, lang, width }))),
)

/** No picture is taller: what follows is more of the same. */
const TALLEST = 2600
const SETTLE_MS = 250

/** Cookies of somebody who has signed in. */
export type Cookies = Awaited<ReturnType<Awaited<ReturnType<Browser['newContext']>>['cookies']>>

/** A tab that looks like that, at the hub's pages. */
export async function openTab(browser: Browser, base: string, look: Look, cookies: Cookies = []) {
  const context = await browser.newContext({
    viewport: { width: look.width, height: 900 },
    colorScheme: look.theme,
    locale: look.lang,
    timezoneId: 'Asia/Seoul',
    baseURL: base,
  })
  await context.addCookies(cookies)
  const page = await context.newPage()
  const wrong = await watch(page, Number(new URL(base).port))
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? ''
    // A page that is left drops its poll.
    if (reason !== 'net::ERR_ABORTED') wrong.push(`${request.url()} failed: ${reason}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 500) wrong.push(`${response.url()} answered ${response.status()}`)
  })
  return { page, wrong, close: () => context.close() }
}

/** Leads a tab to a place, in the language of the look, and lets its scripts come to rest. */
export async function go(page: Page, { path }: Place, { lang }: Look): Promise<void> {
  await page.goto(`${path}${path.includes('?') ? '&' : '?'}lang=${lang}`)
  await page.waitForTimeout(SETTLE_MS)
}

/** Takes one picture of each place in one look. */
export async function shoot(
  { browser, base, cookies }: { browser: Browser; base: string; cookies?: Cookies },
  look: Look,
  places: readonly Place[],
  folder: string,
): Promise<Shot[]> {
  const { page, wrong, close } = await openTab(browser, base, look, cookies)
  const shots: Shot[] = []
  for (const place of places) {
    wrong.length = 0
    await go(page, place, look)
    const file = `${place.name}-${look.theme}-${look.lang}-${look.width}.png`
    const height = await page.evaluate(() => document.documentElement.scrollHeight)
    const clip = { x: 0, y: 0, width: look.width, height: Math.min(height, TALLEST) }
    await page.screenshot({ path: `${folder}/${file}`, fullPage: true, clip })
    const sticks_out = await overflow(page)
    const found = sticks_out > 0 ? [...wrong, `sticks out by ${sticks_out} px`] : [...wrong]
    shots.push({ place: place.name, look, file, wrong: found })
  }
  await close()
  return shots
}
