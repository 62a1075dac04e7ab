import { afterAll, beforeAll, expect, test } from 'bun:test'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { openBrowser, overflow } from './browser.ts'
import { at, hostile } from './open-ui.ts'

suiteThatNeeds('chromium', 'sessions, users, evaluations and ledger in a browser', () => {
  let room: Awaited<ReturnType<typeof openBrowser>>
  beforeAll(async () => void (room = await openBrowser()))
  afterAll(() => room.stop())

  const turn = (project: Awaited<ReturnType<typeof room.hub.mint>>, second: number, input_text: string) =>
    room.hub.tell(project, '/ingest/traces', {
      trace: {
        ...{ trace_id: crypto.randomUUID(), session_id: 's', user_id: 'ann', status: 'success' },
        ...{ start_time: at(second), end_time: at(second + 1), input_text },
      },
    })

  test('the pages of a project can be walked with the keyboard alone', async () => {
    const project = await room.hub.mint()
    await turn(project, -60, 'first words')
    const { page, wrong, close } = await room.open(`/ledger?project_id=${project.project_id}`)
    const nav = page.getByRole('navigation', { name: 'Pages of the project' })
    await nav.getByRole('link', { name: 'Sessions' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 's', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('first words').waitFor()
    expect(await nav.locator('[aria-current="true"]').innerText()).toBe('Sessions')
    expect(wrong).toEqual([])
    await close()
  })

  test('a turn that comes while the conversation is open stands at its end', async () => {
    const project = await room.hub.mint()
    await turn(project, -60, 'first words')
    const { page, wrong, close } = await room.open(`/sessions/s?project_id=${project.project_id}`)
    await page.getByText('first words').waitFor()
    await turn(project, -10, 'second words')
    await page.getByText('second words').waitFor()
    expect(await page.locator('.turn').last().innerText()).toContain('second words')
    expect(wrong).toEqual([])
    await close()
  })

  test('nothing hostile runs, and nothing sticks out at 390 and 1440 pixels, with and without script', async () => {
    const project = await room.hub.mint()
    const said = hostile()
    await room.hub.tell(project, '/ingest/traces', said.traces)
    await room.hub.tell(project, '/evals', said.evaluation)
    const session = `/sessions/${encodeURIComponent('" onmouseover="window.hit=1')}`
    const looks = [{ width: 390, dark: true }, { width: 1440 }, { width: 390, script: false }]
    for (const [n, path] of ['/sessions', session, '/users', '/evals', '/ledger'].entries()) {
      for (const look of looks) {
        const lang = n % 2 === 0 ? 'ko' : 'en'
        const { page, wrong, close } = await room.open(
          `${path}?project_id=${project.project_id}&lang=${lang}`,
          look,
        )
        expect([path, look, await overflow(page), wrong]).toEqual([path, look, 0, []])
        expect(await page.evaluate(() => 'hit' in window)).toBe(false)
        await close()
      }
    }
  })
})
