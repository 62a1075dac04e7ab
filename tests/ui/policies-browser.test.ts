import { afterAll, beforeAll, expect, test } from 'bun:test'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { openBrowser, overflow } from './browser.ts'
import { GOOD, WRONG } from './policy-texts.ts'

const MAIL = ['ada', 'example.test'].join('@')

suiteThatNeeds('chromium', 'policies in a browser', () => {
  let room: Awaited<ReturnType<typeof openBrowser>>
  beforeAll(async () => void (room = await openBrowser()))
  afterAll(() => room.stop())

  test('a policy is written, mended where it says, activated and tried, and its decision stands on the trace', async () => {
    const project = await room.hub.mint()
    const { page, wrong, close } = await room.open(`/policies/new?project_id=${project.project_id}`)
    await page.locator('[name=name]').fill('safety')
    const text = page.locator('#definition')
    await text.fill(WRONG)
    const place = page.locator('#findings a', { hasText: '5:23' })
    await place.click()
    const caret = await text.evaluate((field) => (field as HTMLTextAreaElement).selectionStart)
    expect(WRONG.slice(0, caret).split('\n').length).toBe(5)
    expect(WRONG.slice(caret)).toStartWith('cuont')
    await text.fill(GOOD)
    await page.locator('#findings.is-success').waitFor()
    await page.locator('button[value=activate]').click()
    await page.waitForURL(/\/policies\/[\da-f-]{36}\?/)
    expect(await page.locator('.policy-head').textContent()).toContain('Decides with v1')

    await page.locator('.tabs a', { hasText: 'Try it' }).click()
    await page.locator('[name=output]').pressSequentially(`Write to ${MAIL}`)
    await page.locator('#try-result .action-escalate').waitFor()
    await page.locator('#try-result .rung.is-matched', { hasText: 'personal-data' }).waitFor()

    const answer = await room.hub.api.request('POST', '/api/v1/decide', {
      key: project.key,
      body: { idempotency_key: 'a', output: `Write to ${MAIL}` },
    })
    const { decision } = (await answer.json()) as { decision: { trace_id: string } }
    await page.goto(`/traces/${decision.trace_id}?project_id=${project.project_id}`)
    await page.locator('.trace-decision .action-escalate').waitFor()
    expect(await page.locator('#decision-why .ladder').isVisible()).toBe(false)
    await page.keyboard.press('d')
    await page.locator('#decision-why .rung.is-matched').waitFor()
    await page.locator('.decision-links .button').click()
    await page.locator('form[action*=replay] button').click()
    await page.locator('.notice-good').waitFor()
    expect(wrong).toEqual([])
    await close()
  }, 60_000)

  test('the keyboard is not caught in the text, and a new line keeps the indent', async () => {
    const { project_id } = await room.hub.mint()
    const { page, close } = await room.open(`/policies/new?project_id=${project_id}`)
    const text = page.locator('#definition')
    await text.fill('rules:\n  - id: a')
    await text.press('End')
    await text.press('Enter')
    expect(await text.inputValue()).toBe('rules:\n  - id: a\n  ')
    expect(await page.locator('.code-lines').textContent()).toBe('1\n2\n3')
    await page.keyboard.press('Tab')
    expect(await text.evaluate((field) => field === document.activeElement)).toBe(false)
    await close()
  }, 60_000)

  test('without the script a policy is checked, saved and tried by its buttons', async () => {
    const { project_id } = await room.hub.mint()
    const { page, close } = await room.open(`/policies/new?project_id=${project_id}`, { script: false })
    await page.locator('#definition').fill(WRONG)
    await page.locator('button[value=check]').click()
    await page.locator('#findings a', { hasText: '5:23' }).waitFor()
    expect(await page.locator('#definition').inputValue()).toBe(WRONG)
    await page.locator('#definition').fill(GOOD)
    await page.locator('button[value=activate]').click()
    await page.locator('.notice-good').waitFor()
    await page.locator('.tabs a', { hasText: 'Try it' }).click()
    await page.locator('[name=output]').fill(`Write to ${MAIL}`)
    await page.locator('.try-form button').click()
    await page.locator('#try-result .action-escalate').waitFor()
    await close()
  }, 60_000)

  test('nothing sticks out of a narrow screen, however long a line of a policy is', async () => {
    const project = await room.hub.mint()
    const where = `project_id=${project.project_id}`
    const long = GOOD.replace('personal data goes to a person', 'x'.repeat(2000))
    const made = await room.hub.submit(`/policies?${where}`, {
      name: 'n'.repeat(200),
      definition: long,
      act: 'activate',
    })
    const address = (made.headers.get('location') ?? '').split('?')[0] ?? ''
    await room.hub.submit(`${address}/versions?${where}`, { definition: `${long}\n`, act: 'save' })
    const { page, close } = await room.open(`/policies?${where}`, { width: 390 })
    for (const path of [
      '/policies',
      '/policies/new',
      address,
      ...['versions', 'diff', 'tests', 'try'].map((tab) => `${address}/${tab}`),
    ]) {
      await page.goto(`${path}?${where}`)
      expect([path, await overflow(page)]).toEqual([path, 0])
    }
    await close()
  }, 60_000)
})
