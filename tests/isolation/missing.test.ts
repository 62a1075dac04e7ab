import { afterAll, expect, test } from 'bun:test'
import { ENDPOINTS } from '#shared/contract/index.ts'
import { furnish, type Furnished } from './furnish.ts'
import { openHouse } from './open-house.ts'
import { PRINCIPALS } from './principals.ts'
import { nameOf, requestOf } from './requests.ts'

const house = await openHouse()
afterAll(house.stop)

const [home, other] = [await furnish(house), await furnish(house)]

/** Ids that nothing has, of the same form. */
const NOWHERE: Furnished = {
  ...other,
  ...{ project_id: crypto.randomUUID(), trace_id: crypto.randomUUID(), span_id: crypto.randomUUID() },
  ...{
    session_id: `session ${crypto.randomUUID()}`,
    policy_id: crypto.randomUUID(),
    key_id: crypto.randomUUID(),
  },
  ...{ subscription_id: crypto.randomUUID(), delivery_id: crypto.randomUUID() },
  ...{ decision_id: crypto.randomUUID(), case_id: crypto.randomUUID(), alert_id: crypto.randomUUID() },
}

/** What differs with each question whatever comes of it: when it was answered, its own id, and a tag of the question. */
const OWN = new Set(['date', 'x-request-id', 'etag'])

/** An answer to the last byte, but for the id of the request and the ids that were asked for. */
async function readAll(response: Response, asked: Furnished) {
  const ids = [asked.case_id, asked.session_id, asked.trace_id]
  const text = (await response.text()).replace(/"request_id":"[^"]+"/, '"request_id":"…"')
  return {
    status: response.status,
    headers: [...response.headers].filter(([name]) => !OWN.has(name)),
    text: ids.reduce((all, id) => all.replaceAll(id, '…'), text),
  }
}

/** Operations that name something by an id: in their path, or in what goes along. */
const NAMING = ENDPOINTS.filter(
  (endpoint) => endpoint.path.includes('/:') || nameOf(endpoint) === 'POST /api/v1/cases/bulk',
)

for (const who of ['other', 'stranger'] as const) {
  test(`to ${who}, what is of another project answers as what is not there, byte for byte`, async () => {
    const headers = PRINCIPALS[who].show(house, home, other)
    for (const endpoint of NAMING) {
      const ask = async (asked: Furnished) =>
        readAll(await fetch(requestOf(endpoint, asked, house.api, headers)), asked)
      const foreign = await ask(home)
      expect([nameOf(endpoint), foreign]).toEqual([nameOf(endpoint), await ask(NOWHERE)])
      expect([nameOf(endpoint), foreign.text.includes(home.word)]).toEqual([nameOf(endpoint), false])
    }
  })
}

const FILTERS: [path: string, id: keyof Furnished][] = [
  ['/api/v1/deliveries?subscription_id=', 'subscription_id'],
  ['/api/v1/evals?trace_id=', 'trace_id'],
  ['/api/v1/traces?session_id=', 'session_id'],
  ['/api/v1/cases?trace_id=', 'trace_id'],
  ['/api/v1/decisions?trace_id=', 'trace_id'],
  ['/api/v1/decisions?policy_id=', 'policy_id'],
]

test('a filter by an id of another project finds what one by no id finds: nothing', async () => {
  for (const [path, id] of FILTERS) {
    const ask = async (asked: Furnished) => {
      const url = `${house.api}${path}${encodeURIComponent(asked[id])}`
      return readAll(await fetch(url, { headers: { 'x-api-key': other.key } }), asked)
    }
    const foreign = await ask(home)
    expect([path, foreign]).toEqual([path, await ask(NOWHERE)])
    expect([path, foreign.text.includes(home.word)]).toEqual([path, false])
  }
})

test('the tag of an answer is one of the question: two that nothing has are tagged differently too', async () => {
  const tagOf = async (session_id: string) => {
    const url = `${house.api}/api/v1/traces?session_id=${session_id}`
    return (await fetch(url, { headers: { 'x-api-key': other.key } })).headers.get('etag')
  }
  expect(await tagOf('a')).not.toBe(await tagOf('b'))
})

test('a policy of another project cannot be forced, and is not there', async () => {
  const ask = async (asked: Furnished) => {
    const body = { idempotency_key: crypto.randomUUID(), output: 'b', force_policy_id: asked.policy_id }
    const headers = { 'x-api-key': other.key, 'content-type': 'application/json' }
    const sent = { method: 'POST', headers, body: JSON.stringify(body) }
    return readAll(await fetch(`${house.api}/api/v1/decide`, sent), asked)
  }
  const foreign = await ask(home)
  expect(foreign).toEqual(await ask(NOWHERE))
  expect(foreign.status).toBe(404)
})
