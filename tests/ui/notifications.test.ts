import { afterAll, expect, test } from 'bun:test'
import { migrate } from '#shared/store/migrate.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { until } from '#shared/testing/until.ts'
import { answers, openReceiver } from '../notify/receiver.ts'
import { verified } from '../notify/open-notify.ts'
import { browserOver, overflow } from './browser.ts'
import { at, HOSTILE, openUi } from './open-ui.ts'

const { url, database, drop } = await freshDatabase()
await migrate(database)
const hub = await openUi({ url, notifies: true })
const receiver = openReceiver()
afterAll(async () => {
  await hub.stop()
  await receiver.stop()
  await drop()
})

const pageOf = ({ project_id }: TestProject, more = '') => `/notifications?project_id=${project_id}${more}`
const secretIn = (html: string) => /id="signing-secret">(whsec_[^<]+)</.exec(html)?.[1] ?? ''

async function create(project: TestProject, fields: Record<string, string>) {
  const response = await hub.submit(pageOf(project), { events: 'trace.failed', ...fields })
  return { status: response.status, html: await response.text() }
}

/** Lets a trace fail, which is an event. */
const fail = (project: TestProject) =>
  hub.tell(project, '/ingest/traces', {
    trace: { trace_id: crypto.randomUUID(), name: 'n', status: 'error', start_time: at(-1) },
  })

const listed = async ({ key }: TestProject, path: string) => {
  const response = await hub.api.request('GET', `/api/v1/${path}`, { key })
  // Both lists have ids and states as texts.
  return (await response.json()) as { id: string; state: string }[] & {
    items: { id: string; state: string }[]
  }
}

test('a subscription is made in a form, its secret is shown once, and messages are signed with it', async () => {
  const project = await hub.mint()
  const hook = receiver.hook()
  const { status, html } = await create(project, { url: hook.url, description: 'On call' })
  const secret = secretIn(html)
  expect([status, secret.length > 40]).toEqual([200, true])
  expect((await hub.page(pageOf(project))).includes(secret)).toBe(false)
  await fail(project)
  await until('the message has arrived', () => hook.received().length === 1)
  const [message] = hook.received()
  if (!message) throw new Error('nothing came')
  expect(verified(message, secret).type).toBe('trace.failed')
  await until('the log has it', async () => (await hub.page(pageOf(project))).includes('Delivered'))
})

test('what is wrong with a form is said above it, what was written stays, and nothing is made', async () => {
  const project = await hub.mint()
  const wrong = await create(project, { url: 'ftp://example.com/', description: 'Stays here' })
  expect(wrong.status).toBe(422)
  expect(wrong.html).toContain('value="Stays here"')
  const metadata = await create(project, { url: 'http://169.254.169.254/latest' })
  expect(metadata.status).toBe(422)
  expect(metadata.html).toContain('not public')
  expect((await create(project, { url: receiver.hook().url, format: 'legacy' })).status).toBe(422)
  expect(await listed(project, 'subscriptions')).toHaveLength(0)
})

test('a subscription is changed in a form: its URL stays while none is written, and what is wrong changes nothing', async () => {
  const project = await hub.mint()
  const [first, second] = [receiver.hook(), receiver.hook()]
  const secret = secretIn((await create(project, { url: first.url, description: 'On call' })).html)
  const [{ id } = { id: '' }] = await listed(project, 'subscriptions')
  const opened = await hub.page(pageOf(project, `&manage=${id}`))
  expect(opened).toContain('value="On call"')
  const change = (fields: Record<string, string>) =>
    hub.submit(`/notifications/${id}/change${pageOf(project, `&manage=${id}`).slice(14)}`, fields)
  const wrong = await change({ url: 'http://169.254.169.254/', events: 'trace.*', description: 'Lost?' })
  const words = await wrong.text()
  expect([wrong.status, words.includes('not public'), words.includes('value="Lost?"')]).toEqual([
    422,
    true,
    true,
  ])
  expect((await change({ url: '', description: 'No event' })).status).toBe(422)
  const said = { description: 'Nobody', events: 'trace.*', min_severity: 'high' }
  expect((await change({ ...said, url: '' })).status).toBe(303)
  const [now] = await listed(project, 'subscriptions')
  expect(now).toMatchObject({ ...said, events: ['trace.*'], format: 'standard' })
  await fail(project)
  await until('it arrives where it did', () => first.received().length === 1)
  expect((await change({ ...said, url: second.url })).status).toBe(303)
  await fail(project)
  await until('it arrives elsewhere', () => second.received().length === 1)
  const [message] = second.received()
  if (!message) throw new Error('nothing came')
  expect(verified(message, secret).type).toBe('trace.failed')
  expect(first.received()).toHaveLength(1)
})

test('the test button says on the page how it ended', async () => {
  const project = await hub.mint()
  const hook = receiver.hook()
  await create(project, { url: hook.url })
  const [{ id } = { id: '' }] = await listed(project, 'subscriptions')
  const tryOut = async () =>
    (await hub.submit(`/notifications/${id}/test?project_id=${project.project_id}`)).text()
  expect(await tryOut()).toContain('It arrived: 204 after')
  hook.behave(answers(503))
  expect(await tryOut()).toContain('It did not arrive: 503 after')
})

test('disabled, enabled, renewed, sent again and deleted by plain forms', async () => {
  const project = await hub.mint()
  const hook = receiver.hook(answers(500))
  const made = secretIn((await create(project, { url: hook.url })).html)
  const [{ id } = { id: '' }] = await listed(project, 'subscriptions')
  const act = (verb: string) => hub.submit(`/notifications/${id}/${verb}?project_id=${project.project_id}`)
  await fail(project)
  await until('it was tried', () => hook.received().length === 1)
  expect((await act('disable')).status).toBe(303)
  expect(await hub.page(pageOf(project))).toContain('Disabled')
  expect((await act('enable')).status).toBe(303)
  hook.behave(answers(204))
  expect(await (await act('redeliver')).text()).toContain('Sent again: 1')
  await until(
    'it has arrived',
    async () => (await listed(project, 'deliveries')).items[0]?.state === 'delivered',
  )
  const [delivery] = (await listed(project, 'deliveries')).items
  const opened = await hub.page(pageOf(project, `&delivery=${delivery?.id}`))
  expect(opened).toContain('trace.failed')
  expect(opened).toContain('Send again')
  const again = await hub.submit(
    `/notifications/deliveries/${delivery?.id}/redeliver?project_id=${project.project_id}`,
  )
  expect(again.status).toBe(303)
  await until('it came again', () => hook.received().length === 3)
  const renewed = secretIn(await (await act('rotate')).text())
  expect(renewed.length > 40 && renewed !== made).toBe(true)
  expect((await act('remove')).status).toBe(303)
  expect(await listed(project, 'subscriptions')).toHaveLength(0)
})

test('another project shows nothing of them, and hostile words stay words', async () => {
  const [mine, other] = [await hub.mint(), await hub.mint()]
  const hook = receiver.hook()
  await create(mine, { url: hook.url, description: HOSTILE.slice(0, 250) })
  const [{ id } = { id: '' }] = await listed(mine, 'subscriptions')
  const html = await hub.page(pageOf(mine, `&manage=${id}`))
  expect(html).not.toContain('<script>window.hit')
  const foreign = await hub.page(pageOf(other, `&manage=${id}&of=${id}&state=nonsense&cursor=x`))
  expect(foreign.includes(id) && foreign.includes(new URL(hook.url).pathname)).toBe(false)
  const refused = await hub.submit(`/notifications/${id}/remove?project_id=${other.project_id}`)
  expect(refused.status).toBe(404)
  expect(await listed(mine, 'subscriptions')).toHaveLength(1)
})

test('an alert is previewed, made, turned off and deleted by plain forms', async () => {
  const project = await hub.mint()
  for (let nth = 0; nth < 3; nth++) await fail(project)
  const page = `/alerts?project_id=${project.project_id}`
  const fields = {
    ...{ alert_name: 'Errors', metric: 'error_rate', comparison: 'above', threshold: '50', no_data: 'ok' },
    ...{ window_minutes: '5', for_minutes: '0', severity: 'high', environment: '' },
  }
  const preview = await (await hub.submit(page, { ...fields, act: 'preview' })).text()
  expect(preview).toContain('Times it would have fired in the last 7 days: 1')
  expect(preview).toContain('value="Errors"')
  expect(await listed(project, 'alerts')).toHaveLength(0)
  const wrong = await hub.submit(page, { ...fields, rule: 'pii', act: 'add' })
  expect([wrong.status, (await wrong.text()).includes('can be narrowed by')]).toEqual([422, true])
  expect((await hub.submit(page, { ...fields, threshold: '', act: 'add' })).status).toBe(422)
  expect((await hub.submit(page, { ...fields, act: 'add' })).status).toBe(303)
  const [{ id } = { id: '' }] = await listed(project, 'alerts')
  const act = (verb: string) => hub.submit(`/alerts/${id}/${verb}?project_id=${project.project_id}`)
  expect((await act('off')).status).toBe(303)
  expect(await hub.page(page)).toContain('Turn on')
  expect((await act('on')).status).toBe(303)
  expect(await hub.page(`${page}&remove=${id}`)).toContain('Delete for good')
  expect((await act('remove')).status).toBe(303)
  expect(await listed(project, 'alerts')).toHaveLength(0)
})

suiteThatNeeds('chromium', 'notifications in a browser', () => {
  test('work without the script, and nothing sticks out of a narrow window', async () => {
    const room = await browserOver({ ...hub, stop: async () => {} })
    const project = await hub.mint()
    const hook = receiver.hook(answers(500))
    const { page, wrong, close } = await room.open(pageOf(project, '&lang=ko'), { width: 390, script: false })
    await page.fill('input[name=url]', hook.url)
    await page.click('#create summary')
    await page.check('input[value="trace.failed"]')
    await page.click('#create button[type=submit]')
    await page.waitForSelector('#signing-secret')
    expect(await overflow(page)).toBe(0)
    await fail(project)
    await until('it was tried', () => hook.received().length === 1)
    const [delivery] = (await listed(project, 'deliveries')).items
    const [subscription] = await listed(project, 'subscriptions')
    for (const more of [`&delivery=${delivery?.id}`, `&manage=${subscription?.id}&confirm=remove`]) {
      await page.goto(pageOf(project, more))
      expect(await overflow(page)).toBe(0)
    }
    await page.goto(`/alerts?project_id=${project.project_id}&lang=ko`)
    await page.fill('input[name=alert_name]', '운영 환경 오류')
    await page.click('button[value=preview]')
    await page.waitForSelector('.alert-preview')
    expect(await overflow(page)).toBe(0)
    await page.click('button[value=add]')
    await page.waitForSelector('table.alerts')
    expect(await overflow(page)).toBe(0)
    expect(wrong).toEqual([])
    await close()
    await room.stop()
  })
})
