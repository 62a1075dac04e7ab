import { afterAll, beforeAll, expect, test } from 'bun:test'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { browserOver, overflow } from './browser.ts'
import { ADMIN_KEY, openGuarded, PASSWORD, visitor } from './visitor.ts'

suiteThatNeeds('chromium', 'signing in in a browser', () => {
  let hub: Awaited<ReturnType<typeof openGuarded>>
  let room: Awaited<ReturnType<typeof browserOver>>
  beforeAll(async () => {
    hub = await openGuarded()
    room = await browserOver(hub)
  })
  afterAll(() => room.stop())

  test('without JavaScript: set up the hub, sign out, sign in again to where one was going', async () => {
    const { page, close } = await room.open('/people', { script: false })
    await page.getByLabel('Admin key').fill(ADMIN_KEY)
    await page.getByLabel('Name', { exact: true }).fill('Ada')
    await page.getByLabel('E-mail').fill(hub.first.email)
    await page.getByLabel('New password', { exact: true }).fill(PASSWORD)
    await page.getByLabel('New password again').fill(PASSWORD)
    await page.getByRole('button', { name: 'Create the administrator' }).click()
    await page.getByRole('heading', { name: 'Projects' }).first().waitFor()

    await page.locator('.account summary').click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.goto('/people?lang=ko')
    await page.getByLabel('이메일').fill(hub.first.email)
    await page.getByLabel('비밀번호').fill(PASSWORD)
    await page.getByRole('button', { name: '로그인' }).click()
    await page.getByRole('heading', { name: '모든 사람' }).waitFor()
    await close()
  })

  test('the keyboard is enough to sign in and out', async () => {
    const { email } = await invited('Keys')
    const { page, wrong, close } = await room.open('/projects')
    await page.getByLabel('E-mail').focus()
    await page.keyboard.type(email)
    await page.keyboard.press('Tab')
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await page.locator('.account summary').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').innerText()).toBe('Your account')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(wrong).toEqual([])
    await close()
  })

  test('a page whose session has ended goes to the sign-in by itself', async () => {
    const project = await hub.mint()
    const { email, person_id } = await invited('Ended', project.project_id)
    const { page, close } = await signedIn(email, `/?project_id=${project.project_id}`)
    await page.getByText('Waiting for the first trace').waitFor()
    await hub.sql`delete from sessions where person_id = ${person_id}`
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(new URL(page.url()).searchParams.get('next')).toBe(`/?project_id=${project.project_id}`)
    await close()
  })

  test('nothing sticks out at 390 px, in either language and theme, and no policy is broken', async () => {
    const project = await hub.mint()
    const { person_id } = await invited('a rather long name that goes on and on and on', project.project_id)
    for (const [lang, dark] of [
      ['en', false],
      ['ko', true],
    ] as const) {
      const { page, wrong, close } = await signedIn(hub.first.email, '/projects', { width: 390, dark })
      for (const path of ['/projects', '/people', `/people?person=${person_id}`, '/account', '/audit']) {
        await page.goto(`${path}${path.includes('?') ? '&' : '?'}lang=${lang}`)
        await page.locator('.account summary').click()
        expect([path, lang, await overflow(page), wrong]).toEqual([path, lang, 0, []])
      }
      await close()
    }
  }, 60_000)

  /** A person who took the invitation, with a role in a project perhaps. */
  async function invited(name: string, project_id?: string) {
    const admin = visitor(hub)
    await hub.setUp(admin)
    await admin.signIn(hub.first.email)
    return hub.add(admin, name, project_id === undefined ? {} : { [project_id]: 'viewer' })
  }

  async function signedIn(email: string, path: string, look: Parameters<typeof room.open>[1] = {}) {
    const tab = await room.open(path, look)
    await tab.page.getByLabel('E-mail').fill(email)
    await tab.page.getByLabel('Password').fill(PASSWORD)
    await tab.page.getByRole('button', { name: 'Sign in' }).click()
    await tab.page.locator('.account').waitFor()
    return tab
  }
})
