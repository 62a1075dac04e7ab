import { afterAll, beforeAll, expect, test } from 'bun:test'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { openBrowser, overflow } from './browser.ts'
import { at, hostile, sample } from './open-ui.ts'

suiteThatNeeds('chromium', 'pages in a browser', () => {
  let room: Awaited<ReturnType<typeof openBrowser>>
  beforeAll(async () => void (room = await openBrowser()))
  afterAll(() => room.stop())

  const RUNNING = { status: 'running', end_time: null }

  async function running() {
    const project = await room.hub.mint()
    const { trace_id, span_id, body } = sample({ trace: RUNNING, span: RUNNING })
    await room.hub.tell(project, '/ingest/traces', body)
    const end = () => {
      const event = { trace_id, span_id, event_type: 'SPAN_ENDED', event_time: at(0), idempotency_key: 'end' }
      return room.hub.tell(project, '/ingest/spans', {
        events: [{ ...event, payload: { status: 'success' } }],
      })
    }
    return { project, trace_id, span_id, end, path: `/traces/${trace_id}?project_id=${project.project_id}` }
  }

  test('create, copy the key, rotate after a question, send: the page turns into the list by itself', async () => {
    const { page, wrong, close } = await room.open('/projects')
    const name = `browser ${crypto.randomUUID().slice(0, 8)}`
    await page.getByLabel('Name', { exact: true }).fill(name)
    await page.getByRole('button', { name: 'Create project' }).click()
    const first = await page.locator('#api-key').innerText()
    await page.getByRole('button', { name: 'Copy: API key' }).click()
    await page.getByText('Copied').waitFor()

    await page.locator('.notice').getByRole('link', { name: 'Rotate key' }).click()
    await page.getByRole('button', { name: 'Yes, rotate' }).click()
    const key = await page.locator('#api-key').innerText()
    expect(key).not.toBe(first)
    await page.getByRole('link', { name: 'Open traces' }).click()
    await page.getByText('Waiting for the first trace').waitFor()

    const project_id = new URL(page.url()).searchParams.get('project_id') ?? ''
    await room.hub.tell({ project_id, key }, '/ingest/traces', sample().body)
    await page.getByRole('link', { name: 'chat-request' }).waitFor()
    expect(await page.getByText('No trace yet').count()).toBe(0)
    expect(wrong).toEqual([])
    await close()
  })

  test('a trace moves while it runs and stops asking when it is done', async () => {
    const { path, end } = await running()
    const { page, wrong, close } = await room.open(path)
    await page.locator('.live-bar.is-live').waitFor()
    await end()
    await page.locator('.live-bar.is-finished').waitFor()
    let asked = 0
    page.on('request', () => void asked++)
    await page.waitForTimeout(2500)
    expect([asked, wrong]).toEqual([0, []])
    await close()
  })

  test('choosing a span changes the pane and the address, not the page; back goes back', async () => {
    const { path } = await running()
    const { page, wrong, close } = await room.open(path)
    await page.evaluate(() => (document.body.dataset['same'] = 'yes'))
    await page.locator('.span-link').first().click()
    await page.locator('.pane h2').waitFor()
    expect(await page.evaluate(() => document.body.dataset['same'])).toBe('yes')
    expect(new URL(page.url()).searchParams.has('span')).toBe(true)
    await page.waitForTimeout(2500)
    expect(await page.locator('.pane h2').innerText()).toBe('answer')
    await page.goBack()
    await page.locator('.pane h2').waitFor({ state: 'detached' })
    expect(new URL(page.url()).searchParams.has('span')).toBe(false)
    expect(wrong).toEqual([])
    await close()
  })

  test('hostile content in every field runs nothing, asks for nothing, breaks nothing', async () => {
    const project = await room.hub.mint()
    const { trace_id, traces, run, events, evaluation } = hostile()
    await room.hub.tell(project, '/ingest/traces', traces)
    await room.hub.tell(project, '/ingest/langgraph-runs', run)
    await room.hub.tell(project, '/ingest/spans', events)
    await room.hub.tell(project, '/evals', evaluation)
    const trace = `/traces/${encodeURIComponent(trace_id)}`
    const where = `?project_id=${project.project_id}`
    const paths = [
      `/${where}`,
      `${trace}${where}`,
      `${trace}${where}&span=constructor`,
      `${trace}${where}&view=timeline`,
    ]
    for (const path of [
      ...paths,
      `${trace}${where}&view=evaluations`,
      `${trace}/nodes/constructor${where}`,
    ]) {
      for (const width of [1440, 390]) {
        const { page, wrong, close } = await room.open(path, { width })
        await page.evaluate(() =>
          document.querySelectorAll('details').forEach((details) => (details.open = true)),
        )
        await page
          .locator('.span-link')
          .first()
          .click({ timeout: 100 })
          .catch(() => {})
        await page.waitForTimeout(200)
        const hit = await page.evaluate(() => 'hit' in window)
        expect({ path, width, hit, wrong, sticks_out: await overflow(page) }).toEqual({
          ...{ path, width, hit: false, wrong: [], sticks_out: 0 },
        })
        await close()
      }
    }
  }, 60_000)

  test('without JavaScript everything can be read and done', async () => {
    const { path, project } = await running()
    const { page, close } = await room.open(path, { script: false })
    await page.locator('.span-link').first().click()
    expect(await page.locator('.pane h2').innerText()).toBe('answer')
    expect(await page.locator('time').first().innerText()).toContain('UTC')
    expect(await page.locator('.live-bar').innerText()).toContain('Live updates need JavaScript')
    await page.goto(`/projects?manage=${project.project_id}`)
    await page.locator('#manage').getByRole('link', { name: 'Rotate key' }).click()
    await page.getByRole('button', { name: 'Yes, rotate' }).click()
    expect(await page.locator('#api-key').innerText()).toStartWith('proj_')
    await page.goto(`/?project_id=${project.project_id}`)
    await page.locator('.more-filters summary').click()
    await page.getByRole('group', { name: 'Status' }).getByLabel('Error').check()
    await page.locator('.filter-panel').getByRole('button', { name: 'Apply' }).click()
    expect(await page.getByText('No trace matches these filters').count()).toBe(1)
    await close()
  })

  test('times are in the zone of the viewer, without a jump after a poll (W-74)', async () => {
    const { path, end } = await running()
    const { page, close } = await room.open(`${path}&lang=ko`, { timezone: 'Asia/Seoul' })
    const time = page.locator('.trace-head time').first()
    const shown = await time.innerText()
    expect(shown).toMatch(/^\d+월 \d+일 (오전|오후) \d+:\d\d:\d\d$/)
    const expected = new Date((await time.getAttribute('datetime')) ?? '').toLocaleTimeString('ko', {
      timeZone: 'Asia/Seoul',
    })
    expect(shown).toContain(expected)
    await end()
    await page.locator('.live-bar.is-finished').waitFor()
    expect(await time.innerText()).toBe(shown)
    await close()
  })

  test('a hidden tab rests, and asks at once when it is looked at again (W-76)', async () => {
    const { path } = await running()
    const { page, close } = await room.open(path)
    await page.evaluate(() =>
      Object.defineProperty(document, 'hidden', { get: () => 'away' in document.body.dataset }),
    )
    await page.evaluate(() => (document.body.dataset['away'] = ''))
    let asked = 0
    page.on('request', () => void asked++)
    await page.waitForTimeout(4500)
    expect(asked).toBe(0)
    await page.evaluate(() => {
      delete document.body.dataset['away']
      document.dispatchEvent(new Event('visibilitychange'))
    })
    await page.waitForTimeout(500)
    expect(asked).toBe(1)
    await close()
  })

  test('when the hub stops answering the page keeps what it has and says so, until it is back', async () => {
    const { path } = await running()
    const { page, wrong, close } = await room.open(path)
    room.hub.setAway(true)
    await page.getByText('The hub does not answer, trying again').waitFor()
    expect(await page.locator('.trace-head h1').innerText()).toBe('chat-request')
    room.hub.setAway(false)
    await page.locator('.live-state').getByText('Live').waitFor()
    expect(wrong).toEqual([])
    await close()
  })

  test('what a person has unfolded stays so while the page changes around it', async () => {
    const { path, project, trace_id } = await running()
    const { page, close } = await room.open(`${path}&view=timeline`)
    await page.locator('.timeline summary').first().click()
    const event = {
      trace_id,
      event_type: 'LOG',
      event_time: at(0),
      payload: { note: 'later' },
      idempotency_key: 'log',
    }
    await room.hub.tell(project, '/ingest/spans', { events: [event] })
    await page.locator('.event-LOG').waitFor()
    expect(await page.locator('.timeline details').first().getAttribute('open')).not.toBeNull()
    await close()
  })

  test('the keyboard is enough: skip the menu, walk to a trace, open it', async () => {
    const { project } = await running()
    const { page, close } = await room.open(`/?project_id=${project.project_id}`)
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').innerText()).toBe('Skip to content')
    await page.keyboard.press('Enter')
    for (let steps = 0; steps < 60; steps++) {
      await page.keyboard.press('Tab')
      if ((await page.locator(':focus').getAttribute('class')) === 'row-link') break
    }
    await page.keyboard.press('Enter')
    await page.locator('.trace-head').waitFor()
    await close()
  })

  test('nothing sticks out at 390 px, in either language and theme', async () => {
    const { path, project, span_id, trace_id } = await running()
    const where = `project_id=${project.project_id}`
    const empty = await room.hub.mint()
    const paths = [
      `/projects?manage=${project.project_id}&confirm=rotate`,
      `/?${where}`,
      `/?${where}&model=none&from=x`,
    ]
    const more = [
      `/?project_id=${empty.project_id}`,
      `/?project_id=${empty.project_id}&client=vercel_ai`,
      path,
      `${path}&span=${span_id}`,
      `${path}&view=timeline`,
    ]
    for (const address of [
      ...paths,
      ...more,
      `/traces/${trace_id}/nodes/${span_id}?${where}`,
      '/traces/nope?x=1',
    ]) {
      for (const [lang, dark] of [
        ['en', false],
        ['ko', true],
      ] as const) {
        const { page, wrong, close } = await room.open(`${address}&lang=${lang}`, { width: 390, dark })
        expect([address, lang, await overflow(page), wrong]).toEqual([address, lang, 0, []])
        await close()
      }
    }
  }, 60_000)
})
