import { afterAll, expect, test } from 'bun:test'
import { furnish } from '../isolation/furnish.ts'
import { ADMIN_KEY, openHouse } from '../isolation/open-house.ts'

const house = await openHouse()
afterAll(house.stop)
const project = await furnish(house)

const scrape = async (base: string, key?: string) =>
  fetch(`${base}/metrics`, { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } })

/** The value of one line, 0 where there is none. */
async function value(name: string): Promise<number> {
  const text = await (await scrape(house.api, ADMIN_KEY)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.slice(name.length) ?? 0)
}

test('the figures are for the admin key alone, on both ports', async () => {
  for (const base of [house.api, house.site]) {
    expect((await scrape(base)).status).toBe(401)
    expect((await scrape(base, project.key)).status).toBe(403)
    const answer = await scrape(base, ADMIN_KEY)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const text = await answer.text()
    for (const secret of [project.key, project.word, project.project_id, project.trace_id])
      expect(text).not.toContain(secret)
  }
})

test('every line is one that Prometheus can read, each family is said once, buckets add up', async () => {
  const text = await (await scrape(house.api, ADMIN_KEY)).text()
  expect(text.endsWith('\n')).toBe(true)
  const lines = text.trimEnd().split('\n')
  const sample = /^[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? (-?\d+(\.\d+)?(e[+-]\d+)?)$/
  for (const line of lines) expect(line).toMatch(line.startsWith('#') ? /^# (HELP|TYPE) [a-z_]+ \S/ : sample)
  const types = lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2])
  expect(new Set(types).size).toBe(types.length)
  const size = 'hub_lane_group_requests'
  expect(await value(`${size}_bucket{lane="ingest",le="+Inf"}`)).toBe(
    await value(`${size}_count{lane="ingest"}`),
  )
})

test('a request is counted under its route and status, never under its path', async () => {
  const name = `hub_http_requests_total{part="query",method="GET",route="/api/v1/traces/:trace_id",status="404"}`
  const before = await value(name)
  const missing = crypto.randomUUID()
  const headers = { 'x-api-key': project.key }
  expect((await fetch(`${house.api}/api/v1/traces/${missing}`, { headers })).status).toBe(404)
  expect(await value(name)).toBe(before + 1)
  expect(await (await scrape(house.api, ADMIN_KEY)).text()).not.toContain(missing)
})

test('items, decisions, attempts and commits are counted as they happen', async () => {
  const names = [
    'hub_items_total{protocol="traces",outcome="stored"}',
    'hub_decisions_total{action="ESCALATE",degraded="false"}',
    'hub_lane_commit_duration_seconds_count{lane="ingest"}',
    'hub_lane_freshness_seconds_count{lane="decide"}',
  ]
  const read = () => Promise.all(names.map(value))
  const before = await read()
  await furnish(house)
  const after = await read()
  names.forEach((name, at) => expect([name, (after[at] ?? 0) > (before[at] ?? 0)]).toEqual([name, true]))
  expect(await value('hub_delivery_attempts_total{outcome="delivered"}')).toBeGreaterThan(0)
  expect(await value('hub_lane_queued_requests{lane="ingest"}')).toBe(0)
})
