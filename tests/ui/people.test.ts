import { afterAll, expect, test } from 'bun:test'
import { HOSTILE, valuesOf } from './open-ui.ts'
import { openGuarded, PASSWORD, visitor } from './visitor.ts'

const hub = await openGuarded()
afterAll(hub.stop)

const admin = visitor(hub)
await hub.setUp(admin)

const [ada] = await hub.sql<{ person_id: string }[]>`select person_id from people`
const act = (person_id: string, name: string) => admin.submit('/people', `/people/${person_id}/${name}`)

test('an invitation works once, looking at it spends nothing, and its token is not in the database', async () => {
  const { link, email, browser } = await hub.add(admin, 'Invited')
  expect(await browser.look('/projects')).toBe('200')
  const late = visitor(hub)
  expect((await late.get(link)).status).toBe(404)
  const again = await late.submit('/sign-in', link, { password: 'x'.repeat(12), again: 'x'.repeat(12) })
  expect(again.status).toBe(404)
  expect((await visitor(hub).signIn(email)).status).toBe(303)
  const rows = await hub.sql`select p::text as row from people p`
  expect(JSON.stringify(rows)).not.toContain(link.split('/').at(-1) ?? '')
})

test('an invitation ends after seven days', async () => {
  const html = await (
    await admin.submit('/people', '/people', { name: 'Late', email: 'late@example.test' })
  ).text()
  const link = /<code id="invitation">[^<]*(\/invitation\/[\w-]+)/.exec(html)?.[1] ?? ''
  expect((await visitor(hub).get(link)).status).toBe(200)
  hub.deps.setClock(Date.now() + 8 * 24 * 3_600_000)
  expect((await visitor(hub).get(link)).status).toBe(404)
  hub.deps.setClock(null)
})

test('an address is one person in any case; what cannot be added is said, and adds nobody', async () => {
  const { email } = await hub.add(admin, 'Once')
  for (const [fields, reason] of [
    [{ name: 'Twice', email: email.toUpperCase() }, 'There is a person with this e-mail address already'],
    [{ name: 'x', email: 'no address' }, 'This is no e-mail address'],
    [{ name: ' ', email: 'a@example.test' }, 'Give a name'],
  ] as const) {
    const response = await admin.submit('/people', '/people', fields)
    expect([response.status, (await response.text()).includes(reason)]).toEqual([422, true])
  }
  expect(
    await hub.sql`select from people where email in (${email.toUpperCase()}, 'a@example.test')`,
  ).toHaveLength(0)
})

test('a hostile name stays text', async () => {
  await admin.submit('/people', '/people', { name: HOSTILE.slice(0, 200), email: 'hostile@example.test' })
  const html = await admin.page('/people')
  expect(html).toContain('&lt;script&gt;window.hit=1')
  expect(html.match(/<(img|iframe|style)[\s>]/g)).toBeNull()
})

test('disabling ends all sessions at once and lets nobody in; enabling does again', async () => {
  const { browser, email, person_id } = await hub.add(admin, 'Leaves')
  await act(person_id, 'disable')
  expect(await browser.look('/projects')).toStartWith('303 /sign-in')
  expect((await visitor(hub).signIn(email)).status).toBe(401)
  await act(person_id, 'enable')
  expect(await browser.look('/projects')).toStartWith('303 /sign-in')
  expect((await visitor(hub).signIn(email)).status).toBe(303)
})

test('a new link ends password and sessions until it is taken', async () => {
  const { browser, email, person_id } = await hub.add(admin, 'Forgot')
  const html = await (await act(person_id, 'invite')).text()
  expect(html).toContain('A new link for Forgot')
  expect(await browser.look('/projects')).toStartWith('303 /sign-in')
  expect((await visitor(hub).signIn(email)).status).toBe(401)
})

test('the last administrator cannot be disabled, demoted or locked out', async () => {
  const person_id = ada?.person_id ?? ''
  for (const name of ['disable', 'no-admin']) {
    const response = await act(person_id, name)
    expect([name, response.status, (await response.text()).includes('no administrator')]).toEqual([
      name,
      409,
      true,
    ])
  }
  expect((await act(person_id, 'invite')).status).toBe(409)
  expect(await admin.look('/people')).toBe('200')
  expect((await visitor(hub).signIn(hub.first.email)).status).toBe(303)
})

test('acts on nobody are 404 pages', async () => {
  for (const name of ['disable', 'enable', 'admin', 'no-admin', 'invite'])
    for (const id of [crypto.randomUUID(), 'nope'])
      expect([name, (await act(id, name)).status]).toEqual([name, 404])
})

test('the audit page names who did what, by project, page by page', async () => {
  const project = await hub.mint()
  const { person_id, browser } = await hub.add(admin, 'Audited', { [project.project_id]: 'admin' })
  await browser.submit('/projects', `/projects/${project.project_id}/current-key`)
  const page = await admin.page(`/audit?project_id=${project.project_id}`)
  for (const said of ['looked at the key', 'changed the role', 'Audited', 'Ada', 'admin key', 'to: admin'])
    expect([said, page.includes(said)]).toEqual([said, true])
  expect(page).not.toContain('signed in<')
  const whole = await admin.page('/audit')
  for (const said of ['added the person', 'set the password', 'whole hub']) expect(whole).toContain(said)
  expect(whole).not.toContain(PASSWORD)
  const added = (await hub.audited('person.added')).filter(({ subject }) => subject === person_id)
  expect(added.map(({ actor }) => actor)).toEqual([ada?.person_id ?? ''])

  for (let more = 0; more < 30; more++) await hub.mint()
  const newest = await admin.page('/audit')
  const older = valuesOf(newest, 'href').find((href) => href.includes('cursor=')) ?? ''
  const times = (html: string) => valuesOf(html, 'datetime')
  const next = times(await admin.page(older))
  expect(next.length).toBeGreaterThan(0)
  expect([...times(newest), ...next]).toEqual([...times(newest), ...next].toSorted().toReversed())
  expect((await admin.get('/audit?cursor=nonsense')).status).toBe(404)
  expect((await admin.get(`/audit?project_id=${crypto.randomUUID()}`)).status).toBe(404)
})
