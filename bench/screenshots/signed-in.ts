import { createProject } from '#shared/contract/projects.ts'
import { call } from '#shared/http/call.ts'
import type { Browser } from 'playwright-core'
import { startHub } from '../hub.ts'
import type { Place } from './places.ts'
import { LOOKS, shoot, type Shot } from './shoot.ts'

const secret = (what: string) => `${what}-${crypto.randomUUID()}`

const BEFORE: Place[] = [{ name: 'sign-in', path: '/sign-in' }]
const AFTER: Place[] = [
  { name: 'people', path: '/people' },
  { name: 'account', path: '/account' },
  { name: 'audit-production', path: '/audit' },
  { name: 'forbidden', path: '/traces/nowhere' },
]

/** Takes pictures of what only a hub in production has: nobody there yet, signing in, and people. */
export async function shootProduction(browser: Browser, folder: string): Promise<Shot[]> {
  const admin_key = secret('admin')
  const env = { HUB_ENV: 'production', ADMIN_KEY: admin_key, HUB_SECRET_KEY: secret('sign') }
  const hub = await startHub(undefined, env)
  const base = hub.ui
  const everywhere = async (places: Place[], cookies: Parameters<typeof shoot>[0]['cookies'] = []) => {
    const shots: Shot[] = []
    for (const look of LOOKS) shots.push(...(await shoot({ browser, base, cookies }, look, places, folder)))
    return shots
  }
  try {
    await call(fetch, hub.api, createProject, { body: { name: 'shop' } }, { 'x-api-key': admin_key })
    const before = await everywhere([{ name: 'set-up', path: '/sign-in' }])
    const context = await browser.newContext({ baseURL: base })
    const page = await context.newPage()
    const password = secret('pass')
    await page.goto('/sign-in')
    await page.locator('[name=admin_key]').fill(admin_key)
    await page.locator('[name=name]').fill('Ada Kim')
    await page.locator('[name=email]').fill('ada@example.test')
    await page.locator('[name=password]').fill(password)
    await page.locator('[name=again]').fill(password)
    await page.locator('main button[type=submit]').click()
    await page.waitForURL((url) => url.pathname !== '/set-up' && url.pathname !== '/sign-in')
    const cookies = await context.cookies()
    await page.goto('/people')
    await page.locator('[name=name]').first().fill('민수 이')
    await page.locator('[name=email]').first().fill('minsu@example.test')
    await page.locator('main form button[type=submit]').first().click()
    // A context that is closed while its page is on the way to another hangs for ever.
    await page.getByText('민수 이').first().waitFor()
    await context.close()
    return [...before, ...(await everywhere(BEFORE)), ...(await everywhere(AFTER, cookies))]
  } finally {
    await hub.stop()
  }
}
