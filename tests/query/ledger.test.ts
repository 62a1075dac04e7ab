import { afterAll, expect, test } from 'bun:test'
import { ledger } from '#shared/contract/traces.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub } from './open-hub.ts'

const { api, ask, deps, mint, stop } = await openHub()
afterAll(stop)

const HOUR_MS = 3_600_000

const log = (idempotency_key: string, said: object = {}) => ({
  trace_id: 't',
  event_type: 'LOG',
  event_time: at(0),
  idempotency_key,
  ...said,
})

const send = (project: TestProject, events: object[]) =>
  api.request('POST', '/api/v1/ingest/spans', { key: project.key, body: { events } })

test('every item is in the ledger once: stored, duplicate or rejected', async () => {
  const project = await mint()
  await send(project, [log('a'), log('b'), log('b'), log('c', { event_time: 'never' })])
  await send(project, [log('a'), log('a'), log('b', { payload: { other: true } })])
  await api.request('POST', '/api/v1/ingest/traces', {
    key: project.key,
    body: { trace: { trace_id: 't', start_time: at(0) }, spans: [] },
  })
  const answer = await ask(project, ledger)
  expect(checkOf(ledger.response).Check(answer)).toBe(true)
  expect(answer.items).toMatchObject([
    { protocol: 'traces', requests: 1, received: 0, stored: 0, duplicate: 0, rejected: 0 },
    { protocol: 'spans', requests: 2, received: 7, stored: 2, duplicate: 3, rejected: 2 },
  ])
  for (const { received, stored, duplicate, rejected } of answer.items) {
    expect(stored + duplicate + rejected).toBe(received)
  }
})

test('hours stand apart, newest first, and the window ends where it says', async () => {
  const project = await mint()
  const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  try {
    for (const [index, ago] of [2, 1, 0].entries()) {
      deps.setClock(hour - ago * HOUR_MS + 1)
      await send(project, [log(`k${index}`)])
    }
    const hoursOf = async (last_hours: number) =>
      (await ask(project, ledger, { query: { last_hours } })).items.map((row) => Date.parse(row.hour))
    expect(await hoursOf(24)).toEqual([hour, hour - HOUR_MS, hour - 2 * HOUR_MS])
    expect(await hoursOf(2)).toEqual([hour, hour - HOUR_MS])
  } finally {
    deps.setClock(null)
  }
})

test('another project is not in it', async () => {
  const [mine, other] = [await mint(), await mint()]
  await send(other, [log('a')])
  expect((await ask(mine, ledger)).items).toEqual([])
})
