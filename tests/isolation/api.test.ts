import { afterAll, expect, test } from 'bun:test'
import { ENDPOINTS } from '#shared/contract/index.ts'
import { digestOf } from './digest.ts'
import { furnish, type Furnished } from './furnish.ts'
import { openHouse } from './open-house.ts'
import { inState, PRINCIPALS, type Principal } from './principals.ts'
import { readTable } from './read-table.ts'
import { nameOf, requestOf } from './requests.ts'

const house = await openHouse()
afterAll(house.stop)

const other = await furnish(house)
/** Those of another project: what they are answered is theirs. */
const OUTSIDERS = new Set(['other', 'stranger'])

/** The reference itself, which is everybody's and stands in no contract. */
const DOCUMENTS = new Set(['GET /swagger', 'GET /swagger/json', 'GET /swagger/assets/:file'])

const { principals, table } = readTable('api.txt')

type Asked = { endpoint: (typeof ENDPOINTS)[number]; who: string; principal: Principal; home: Furnished }

/** Asks as one principal for what is in the project; who is refused, or of another project, learns and changes nothing. */
async function ask({ endpoint, who, principal, home }: Asked): Promise<number> {
  const name = `${nameOf(endpoint)} as ${who}`
  const headers = await principal.show(house, home, other)
  let status = 0
  await inState(house, home, principal, async () => {
    const before = await digestOf(house, home)
    const response = await fetch(requestOf(endpoint, home, house.api, headers))
    status = response.status
    const text = await response.text()
    if (status < 400 && !OUTSIDERS.has(who)) return
    expect([name, text.includes(home.word)]).toEqual([name, false])
    expect([name, await digestOf(house, home)]).toEqual([name, before])
  })
  return status
}

test('the table has a row for each operation of the contract and no other, and a column for each principal', () => {
  expect([...table.keys()].toSorted()).toEqual(ENDPOINTS.map(nameOf).toSorted())
  expect(principals).toEqual(Object.keys(PRINCIPALS))
  const documented = house.routes
    .map(({ endpoint }) => nameOf(endpoint))
    .filter((name) => !DOCUMENTS.has(name))
  expect(documented.toSorted()).toEqual(ENDPOINTS.map(nameOf).toSorted())
})

for (const endpoint of ENDPOINTS) {
  const name = nameOf(endpoint)
  test(`${name} answers each principal with the status of the table`, async () => {
    let home = await furnish(house)
    const got: Record<string, string> = {}
    for (const [who, principal] of Object.entries(PRINCIPALS)) {
      const status = await ask({ endpoint, who, principal, home })
      got[who] = String(status)
      if (status < 400 && endpoint.method !== 'GET') home = await furnish(house)
    }
    expect(got).toEqual(table.get(name) ?? {})
  })
}
