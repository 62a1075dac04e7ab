import { afterAll, expect, test } from 'bun:test'
import { digestOf } from './digest.ts'
import { formOf, pathOf } from './forms.ts'
import { furnish, type Furnished } from './furnish.ts'
import { openHouse } from './open-house.ts'
import { administrator, PEOPLE, signIn, someone, type Browser } from './people.ts'
import { readTable } from './read-table.ts'

const house = await openHouse()
afterAll(house.stop)

const other = await furnish(house)
await administrator(house)
const { principals, table } = readTable('pages.txt')

/** Those who have nothing in the project. */
const OUTSIDERS = new Set(['nobody', 'disabled', 'roleless', 'outsider'])

/** The one thing that viewers keep: a question of their own. */
const OWN_VIEW = 'POST /views as viewer'

type Address = (typeof house.addresses)[number]

const nameOf = ({ method, path }: Address) => `${method} ${path}`

async function send({ method }: Address, path: string, browser: Browser, form: Record<string, string>) {
  const asked = { method, redirect: 'manual', headers: { cookie: browser.cookie } } as const
  if (method === 'GET') return fetch(`${house.site}${path}`, asked)
  const headers = { ...asked.headers, 'sec-fetch-site': 'same-origin' }
  return fetch(`${house.site}${path}`, { ...asked, headers, body: new URLSearchParams(form) })
}

async function makeView({ project_id }: Furnished): Promise<string> {
  const view_id = crypto.randomUUID()
  await house.sql`
    insert into saved_views (view_id, project_id, owner, name, query, created_at)
    values (${view_id}, ${project_id}, null, 'a view', 'status=error', now())`
  return view_id
}

/** Asks as one person for what is in the project; who is refused, or has nothing in it, learns and changes nothing. */
async function ask(address: Address, who: string, home: Furnished) {
  const name = `${nameOf(address)} as ${who}`
  const browser = await signIn(house, PEOPLE[who] ?? null, home, other)
  const named = { ...browser, person_id: await someone(house), view_id: await makeView(home) }
  const path = pathOf(address.path, home, named)
  const digest = () => digestOf(house, home, named.person_id)
  const before = await digest()
  const form = formOf(address.path, home)
  if (address.method === 'POST') {
    // A form that no page of the hub has made.
    const { status } = await send(address, path, browser, form)
    const is_known = !['nobody', 'disabled'].includes(who)
    expect([name, is_known ? status === 403 : status >= 300, await digest()]).toEqual([name, true, before])
  }
  const response = await send(address, path, browser, { csrf: browser.csrf, ...form })
  const text = await response.text()
  const is_changed = (await digest()) !== before
  const may_not = response.status >= 400 || OUTSIDERS.has(who) || (who === 'viewer' && name !== OWN_VIEW)
  if (may_not) expect([name, is_changed]).toEqual([name, false])
  if (OUTSIDERS.has(who)) expect([name, text.includes(home.word)]).toEqual([name, false])
  return { status: response.status, is_changed }
}

test('the table has a row for each address of the pages and no other, and a column for each person', () => {
  expect([...table.keys()].toSorted()).toEqual(house.addresses.map(nameOf).toSorted())
  expect(principals).toEqual(Object.keys(PEOPLE))
})

for (const address of house.addresses) {
  test(`${nameOf(address)} answers each person with the status of the table`, async () => {
    let home = await furnish(house)
    const got: Record<string, string> = {}
    for (const who of Object.keys(PEOPLE)) {
      const { status, is_changed } = await ask(address, who, home)
      got[who] = String(status)
      if (is_changed) home = await furnish(house)
    }
    expect(got).toEqual(table.get(nameOf(address)) ?? {})
  })
}
