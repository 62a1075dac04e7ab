import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createPolicy } from '#shared/contract/policies.ts'
import { call } from '#shared/http/call.ts'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { openBrowser, overflow } from './browser.ts'

const POLICY = {
  version: 2,
  rules: [
    {
      id: 'urgent',
      when: 'request.kind == "urgent"',
      then: 'ESCALATE',
      severity: 'critical',
      reason: 'URGENT',
    },
    { id: 'person', when: 'request.kind == "person"', then: 'ESCALATE', reason: 'NEEDS_PERSON' },
  ],
}

suiteThatNeeds('chromium', 'cases in a browser', () => {
  let room: Awaited<ReturnType<typeof openBrowser>>
  beforeAll(async () => void (room = await openBrowser()))
  afterAll(() => room.stop())

  async function open() {
    const { hub } = room
    const { project_id, key } = await hub.mint()
    const body = { name: 'cases', active: true, definition: POLICY }
    await call(hub.api.fetch, 'http://localhost', createPolicy, { body }, { 'x-api-key': key })
    const escalate = async (kind: string) => {
      const answer = await hub.api.request('POST', '/api/v1/decide', {
        key,
        body: { idempotency_key: crypto.randomUUID(), input: 'a', output: 'b', request_payload: { kind } },
      })
      if (!answer.ok) throw new Error(await answer.text())
    }
    /** Acknowledges the case of the project, as somebody else does. */
    async function ack() {
      const listed = await hub.api.request('GET', '/api/v1/cases', { key })
      const [{ id } = { id: '' }] = ((await listed.json()) as { items: { id: string }[] }).items
      const answer = await hub.api.request('POST', `/api/v1/cases/${id}/ack`, { key, body: {} })
      if (!answer.ok) throw new Error(await answer.text())
    }
    return { where: `project_id=${project_id}`, escalate, ack }
  }

  test('escalate, see it come live, acknowledge by key, resolve as a false alarm, and the history is right', async () => {
    const { where, escalate } = await open()
    await escalate('person')
    const { page, wrong, close } = await room.open(`/cases?${where}`)
    await page.locator('.cases tbody tr').first().waitFor()
    await page.locator('.cases input[name=id]').first().check()
    await escalate('urgent')
    await page.getByRole('link', { name: 'URGENT' }).waitFor()
    await page.locator('.nav-count', { hasText: /[12]/ }).waitFor()
    // What was selected before the list grew still is, and nothing else.
    const picked = page.locator('.cases tr:has(:checked) .cell-name')
    expect(await picked.count()).toBe(1)
    expect(await picked.innerText()).toContain('NEEDS_PERSON')
    await page.locator('.cases input[name=id]:checked').uncheck()
    await page.keyboard.press('Escape')
    await page.locator('body').click({ position: { x: 1, y: 1 } })
    await page.keyboard.press('j')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('URGENT')
    await page.keyboard.press('a')
    await page.getByText('Acknowledged: 1').waitFor()
    await page.getByRole('link', { name: 'URGENT' }).click()
    await page.keyboard.press('r')
    await page.getByText('False alarm').first().click()
    await page.locator('textarea[name=comment]').first().fill('이 답변은 괜찮습니다')
    await page.getByRole('button', { name: 'Resolve' }).click()
    await page.getByRole('button', { name: 'Reopen' }).waitFor()
    const events = await page.locator('.case-event strong').allInnerTexts()
    expect(events).toEqual(['resolved', 'acknowledged', 'opened'])
    expect(await page.locator('.case-comment').allInnerTexts()).toEqual(['이 답변은 괜찮습니다'])
    expect(wrong).toEqual([])
    await close()
  }, 60_000)

  test('the page of a case follows what others do, and what is being written stays', async () => {
    const { where, escalate, ack } = await open()
    await escalate('urgent')
    const { page, wrong, close } = await room.open(`/cases?${where}`)
    await page.getByRole('link', { name: 'URGENT' }).click()
    const writing = page.locator('form[action*="/comment"] textarea')
    await writing.fill('half a thought')
    await ack()
    await page.locator('#case-state').getByText('Acknowledged').waitFor()
    await page.locator('#case-log').getByText('acknowledged', { exact: true }).waitFor()
    await escalate('urgent')
    await page.locator('.case-traces > li').nth(1).waitFor()
    expect(await writing.inputValue()).toBe('half a thought')
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
    await page.getByRole('button', { name: 'Add comment' }).click()
    await page.locator('.case-comment', { hasText: 'half a thought' }).waitFor()
    expect(wrong).toEqual([])
    await close()
  }, 60_000)

  test('without the script the list is acted on all the same, and no page is wider than a phone', async () => {
    const { where, escalate } = await open()
    await escalate('urgent')
    const { page, wrong, close } = await room.open(`/cases?${where}&lang=ko`, { width: 390, script: false })
    await page.locator('.cases input[name=id]').check()
    await page.locator('button[value=ack]').click()
    await page.locator('.notice', { hasText: '1건' }).waitFor()
    await page.locator('.cases .cell-name a').click()
    await page.locator('.case-acts').waitFor()
    for (const path of [`/cases?${where}`, page.url().replace(/^https?:\/\/[^/]+/, '')]) {
      const phone = await room.open(path, { width: 390 })
      expect([path, await overflow(phone.page)]).toEqual([path, 0])
      await phone.close()
    }
    expect(wrong).toEqual([])
    await close()
  }, 60_000)
})
