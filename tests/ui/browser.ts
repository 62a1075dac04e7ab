import { chromium, type Browser, type Page } from 'playwright-core'
import { openUi } from './open-ui.ts'

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

type Look = { width?: number; dark?: boolean; script?: boolean; timezone?: string }

type Pages = { fetch: (request: Request) => Promise<Response>; stop: () => Promise<void> }

/** The machine's Chromium without a window, and without a word to anybody. */
export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: Bun.which('chromium') ?? 'chromium', args: ARGS })

/** What goes wrong in a tab from now on: violations of the policy, errors of scripts, addresses elsewhere. */
export async function watch(page: Page, port: number | undefined): Promise<string[]> {
  const wrong: string[] = []
  const note = (violation: string) => void wrong.push(violation)
  await page.exposeFunction('noteViolation', note)
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      void (window as unknown as { noteViolation: (text: string) => Promise<void> }).noteViolation(
        `${violatedDirective} ${blockedURI}`,
      )
    })
  })
  page.on('pageerror', ({ message }) => note(message))
  page.on('dialog', (dialog) => {
    note(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
      note(message.text())
  })
  page.on('request', (request) => {
    if (new URL(request.url()).port !== String(port)) note(`asked for ${request.url()}`)
  })
  return wrong
}

/** The hub's pages in development on a port of their own, and a real browser to look at them. */
export const openBrowser = async () => browserOver(await openUi())

/** The same over some hub. */
export async function browserOver<Hub extends Pages>(hub: Hub) {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: hub.fetch })
  const browser = await launch()

  /** A fresh tab, and what went wrong in it: violations of the policy, errors of scripts, addresses elsewhere. */
  async function open(
    path: string,
    { width = 1440, dark = false, script = true, timezone = 'UTC' }: Look = {},
  ) {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: dark ? 'dark' : 'light',
      javaScriptEnabled: script,
      timezoneId: timezone,
      baseURL: `http://localhost:${server.port}`,
    })
    const page = await context.newPage()
    const wrong = await watch(page, server.port)
    await page.goto(path)
    return { page, wrong, close: () => context.close() }
  }

  async function stop() {
    await browser.close()
    await server.stop(true)
    await hub.stop()
  }

  return { hub, open, stop }
}

/** How far a page is wider than its window; 0 when nothing sticks out. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
