import { afterAll, expect, test } from 'bun:test'
import { ADMIN_KEY, openGuarded, PASSWORD, visitor, type Visitor } from './visitor.ts'

const hub = await openGuarded()
afterAll(hub.stop)

const count = async (table: 'people' | 'sessions') =>
  (await hub.sql<{ n: number }[]>`select count(*)::int as n from ${hub.sql(table)}`)[0]?.n

/** Set up by the first test that needs it, as the first person does. */
let admin: Visitor | undefined
async function ada(): Promise<Visitor> {
  if (!admin) {
    admin = visitor(hub)
    expect((await hub.setUp(admin)).headers.get('location')).toBe('/projects')
  }
  return admin
}

test('a hub without people asks for the admin key, and takes no wrong one', async () => {
  const browser = visitor(hub)
  expect(await browser.page('/sign-in')).toContain('Set up the hub')
  for (const [fields, status, reason] of [
    [{ admin_key: `${ADMIN_KEY}x` }, 401, 'This is not the admin key'],
    [{ email: 'nobody' }, 422, 'This is no e-mail address'],
    [{ name: ' ' }, 422, 'Give a name'],
    [{ password: '짧은비번', again: '짧은비번' }, 422, 'at least 10 characters'],
    [{ again: `${PASSWORD}x` }, 422, 'The two passwords differ'],
    [{ password: 'x'.repeat(257), again: 'x'.repeat(257) }, 422, 'at most 256'],
  ] as const) {
    const response = await hub.setUp(browser, { ...fields })
    const html = await response.text()
    expect([response.status, html.includes(reason)]).toEqual([status, true])
    expect(html).not.toContain(ADMIN_KEY)
    expect(html).not.toContain(PASSWORD)
  }
  expect(await count('people')).toBe(0)
})

test('guesses at the admin key are refused after a while, also when the next is right', async () => {
  const browser = visitor(hub)
  for (let guess = 0; guess < 8; guess++) await hub.setUp(browser, { admin_key: `guess ${guess}` })
  expect((await hub.setUp(browser)).status).toBe(429)
  expect(await count('people')).toBe(0)
})

test('the admin key makes one administrator, not a second', async () => {
  await ada()
  const late = visitor(hub)
  expect(await late.page('/sign-in')).not.toContain('Set up the hub')
  const again = await late.submit('/sign-in', '/set-up', {
    ...hub.first,
    admin_key: ADMIN_KEY,
    email: 'b@example.test',
  })
  expect([again.status, again.headers.get('location'), await count('people')]).toEqual([303, '/sign-in', 1])
  expect(await late.look('/projects')).toBe('303 /sign-in?next=%2Fprojects')
})

test('who has not signed in sees no page and no part of one, and changes nothing (W-35)', async () => {
  await ada()
  const project = await hub.mint()
  const stranger = visitor(hub)
  const at = `project_id=${project.project_id}`
  for (const path of [
    '/',
    `/?${at}`,
    '/projects',
    '/traces/x',
    '/traces/x/nodes/y',
    '/account',
    '/people',
    '/audit',
  ])
    expect(await stranger.look(path)).toStartWith('303 /sign-in?next=')
  const part = await stranger.get(`/fragments/traces?${at}`, { 'hx-current-url': `http://localhost/?${at}` })
  expect([part.status, await part.text()]).toEqual([401, ''])
  expect(part.headers.get('hx-redirect')).toBe(`/sign-in?next=${encodeURIComponent(`/?${at}`)}`)
  const act = await stranger.submit('/sign-in', `/projects/${project.project_id}/rotate-key`)
  expect([act.status, act.headers.get('location')]).toEqual([303, '/sign-in'])
  expect((await hub.api.request('GET', '/api/v1/traces', { key: project.key })).status).toBe(200)
})

test('e-mail in any case and password in any form of Unicode sign in; the token is not in the database', async () => {
  const { email } = await hub.add(await ada(), 'Bora')
  const browser = visitor(hub)
  const response = await browser.signIn(` ${email.toUpperCase()} `, PASSWORD.normalize('NFD'))
  expect([response.status, response.headers.get('location')]).toEqual([303, '/projects'])
  const page = await browser.get('/projects')
  expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store'])
  const token = browser.jar.get('hub_session') ?? ''
  expect(token).toMatch(/^[\w-]{43}$/)
  const rows = await hub.sql`select s::text as row from sessions s`
  expect(JSON.stringify(rows)).not.toContain(token)
  const [{ password_hash } = { password_hash: '' }] = await hub.sql<{ password_hash: string }[]>`
    select password_hash from people where email = ${email}`
  expect(password_hash).toStartWith('$argon2id$')
})

test('an unknown address, a wrong password, one without a password and a disabled one get the same answer', async () => {
  const one = await ada()
  const known = await hub.add(one, 'Known')
  const gone = await hub.add(one, 'Gone')
  await one.submit('/people', `/people/${gone.person_id}/disable`)
  await one.submit('/people', '/people', { name: 'Invited', email: 'invited@example.test' })
  const answers = []
  for (const [email, password] of [
    [known.email, 'not the password'],
    ['nobody@example.test', PASSWORD],
    [gone.email, PASSWORD],
    ['invited@example.test', PASSWORD],
    [known.email, 'x'.repeat(5000)],
  ] as const) {
    const browser = visitor(hub)
    const response = await browser.signIn(email, password)
    const html = (await response.text()).replaceAll(email, '').replace(/name="csrf" value="[^"]+"/, '')
    answers.push({ status: response.status, html })
    expect(browser.jar.has('hub_session')).toBe(false)
  }
  expect(answers[0]?.status).toBe(401)
  for (const answer of answers) expect(answer).toEqual(answers[0] ?? answer)
})

test('after eight failures from one place the right password is refused there, not elsewhere; it is written down once', async () => {
  const { email, person_id } = await hub.add(await ada(), 'Target')
  const before = (await hub.audited('person.sign_in_blocked')).length
  const guesser = visitor(hub)
  for (let guess = 0; guess < 8; guess++)
    expect((await guesser.signIn(email, `guess ${guess} wrong`)).status).toBe(401)
  expect((await guesser.signIn(email)).status).toBe(429)
  expect((await guesser.signIn(email)).status).toBe(429)
  expect(guesser.jar.has('hub_session')).toBe(false)
  const written = (await hub.audited('person.sign_in_blocked')).slice(before)
  expect(written.map(({ subject }) => subject)).toEqual([person_id])
  expect((await visitor(hub).signIn(email)).status).toBe(303)
})

test('an address of nobody is refused after as many failures', async () => {
  await ada()
  const guesser = visitor(hub)
  const statuses = []
  for (let guess = 0; guess < 9; guess++)
    statuses.push((await guesser.signIn('nobody-at-all@example.test', 'some password')).status)
  expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 401, 401, 429])
})

test('next leads back to a page of this hub and never elsewhere', async () => {
  const { email } = await hub.add(await ada(), 'Next')
  for (const [next, to] of [
    ['/traces/x?view=timeline', '/traces/x?view=timeline'],
    ['//elsewhere.test/x', '/projects'],
    ['/\\elsewhere.test', '/projects'],
    ['https://elsewhere.test', '/projects'],
    ['/\t/elsewhere.test', '/projects'],
    ['/.//elsewhere.test', '/elsewhere.test'],
    ['javascript:alert(1)', '/projects'],
    ['/sign-out', '/projects'],
    ['', '/projects'],
  ] as const) {
    const response = await visitor(hub).signIn(email, PASSWORD, { next })
    expect([next, response.headers.get('location')]).toEqual([next, to])
  }
})

test('signing in gives a new session each time and ends the one before', async () => {
  const { email, browser } = await hub.add(await ada(), 'Rotates')
  const before = browser.jar.get('hub_session') ?? ''
  await browser.submit('/account', '/sign-out')
  expect(await browser.look('/projects')).toStartWith('303 /sign-in')
  await browser.signIn(email)
  const after = browser.jar.get('hub_session') ?? ''
  expect(after).not.toBe(before)
  browser.jar.set('hub_session', before)
  expect(await browser.look('/projects')).toStartWith('303 /sign-in')
})

test('by https the cookie is for this host alone; a forwarded https of somebody else is not believed', async () => {
  const { email } = await hub.add(await ada(), 'Https')
  const browser = visitor(hub, { https: true, address: '198.51.100.7' })
  const cookie = (await browser.signIn(email)).headers.getSetCookie().join()
  expect(cookie).toMatch(
    /^__Host-hub_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=604800$/,
  )
  const token = browser.jar.get('__Host-hub_session') ?? ''
  browser.jar.set('hub_session', token)
  browser.jar.delete('__Host-hub_session')
  expect(await browser.look('/projects')).toStartWith('303 /sign-in')

  const liar = visitor(hub)
  const page = await liar.get('/sign-in', { 'x-forwarded-proto': 'https' })
  expect(page.headers.get('set-cookie')).toMatch(/^hub_visitor=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
})

/** Looks at pages at some hours from now, and gives what each answered. */
async function lookAt(browser: Visitor, looks: [hours: number, path: string][]) {
  const start = Date.now()
  const seen = []
  try {
    for (const [hours, path] of looks) {
      hub.deps.setClock(start + hours * 3_600_000)
      seen.push((await browser.look(path)).slice(0, 3))
      // The last use is written down without anybody waiting for it.
      await Bun.sleep(100)
    }
  } finally {
    hub.deps.setClock(null)
  }
  return seen
}

test('a session ends twelve hours after its last use; what a page asks by itself is no use', async () => {
  const { browser } = await hub.add(await ada(), 'Idle')
  const part = `/fragments/traces?project_id=${crypto.randomUUID()}`
  const looks: [number, string][] = [
    [11, '/projects'],
    [22, '/projects'],
    [33, part],
    [35, '/projects'],
  ]
  expect(await lookAt(browser, looks)).toEqual(['200', '200', '404', '303'])
})

test('a session ends after seven days, however much it is used', async () => {
  const { browser } = await hub.add(await ada(), 'Busy')
  const looks = Array.from({ length: 16 }, (_, at): [number, string] => [at * 11, '/account'])
  expect(await lookAt(browser, looks)).toEqual([...Array.from({ length: 16 }, () => '200')])
  expect(await lookAt(browser, [[169, '/account']])).toEqual(['303'])
})

test('a form without the right word of its own browser changes nothing, even from the same origin', async () => {
  const one = await ada()
  const other = await hub.add(one, 'Other')
  const foreign = /name="csrf" value="([^"]+)"/.exec(await other.browser.page('/account'))?.[1] ?? ''
  const people = await count('people')
  for (const csrf of ['', 'x'.repeat(43), foreign]) {
    const response = await one.post('/people', { csrf, name: 'Forged', email: 'forged@example.test' })
    expect(response.status).toBe(403)
  }
  const right = /name="csrf" value="([^"]+)"/.exec(await one.page('/people'))?.[1] ?? ''
  const fields = { csrf: right, name: 'Forged', email: 'forged@example.test' }
  expect((await one.post('/people', fields, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect(await count('people')).toBe(people ?? -1)
})

test('another password signs out everywhere else, the old one opens nothing', async () => {
  const { email, browser } = await hub.add(await ada(), 'Changes')
  const elsewhere = visitor(hub)
  await elsewhere.signIn(email)
  const before = browser.jar.get('hub_session')
  const wrong = { current: 'not the password', password: 'another password', again: 'another password' }
  expect((await browser.submit('/account', '/account/password', wrong)).status).toBe(422)
  expect(await elsewhere.look('/projects')).toBe('200')
  const right = { ...wrong, current: PASSWORD }
  const changed = await browser.submit('/account', '/account/password', right)
  expect(changed.headers.get('location')).toBe('/account?changed=1')
  expect(browser.jar.get('hub_session')).not.toBe(before ?? '')
  expect(await browser.look('/projects')).toBe('200')
  expect(await elsewhere.look('/projects')).toStartWith('303 /sign-in')
  expect((await visitor(hub).signIn(email)).status).toBe(401)
  expect((await visitor(hub).signIn(email, 'another password')).status).toBe(303)
})

test('one ends own sessions by name, never those of somebody else', async () => {
  const { email, browser, person_id } = await hub.add(await ada(), 'Ends')
  const other = await hub.add(await ada(), 'Stays')
  const elsewhere = visitor(hub)
  await elsewhere.signIn(email)
  const ids = async (of: string) =>
    (
      await hub.sql<{ session_id: string }[]>`
      select session_id from sessions where person_id = ${of} order by created_at desc`
    ).map((row) => row.session_id)
  const [theirs] = await ids(other.person_id)
  await browser.submit('/account', `/account/sessions/${theirs}/end`)
  expect(await other.browser.look('/projects')).toBe('200')
  const [mine] = await ids(person_id)
  await browser.submit('/account', `/account/sessions/${mine}/end`)
  expect([await elsewhere.look('/account'), await browser.look('/account')]).toEqual([
    '303 /sign-in?next=%2Faccount',
    '200',
  ])
})

test('the API away is a page that says so, not a sign-in', async () => {
  const one = await ada()
  hub.setAway(true)
  expect((await one.get('/projects')).status).toBe(503)
  hub.setAway(false)
  expect((await one.get('/projects')).status).toBe(200)
})
