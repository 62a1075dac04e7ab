import { afterAll, expect, test } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import { erase } from '../../ingest/upkeep/erase.ts'
import { at, openHub, TRACES } from '../upkeep/open-hub.ts'
import { placesOf } from '../upkeep/search.ts'
import { seeRecord } from '../upkeep/see-record.ts'

const hub = await openHub()
afterAll(hub.stop)
const { sql } = hub
const { shown, expectWhole, expectErased } = seeRecord(hub)

type Json = Record<string, unknown>
const id = () => crypto.randomUUID()
const entry = (type: string, seconds: number, body: Json): Json => ({
  ...{ id: id(), type, timestamp: at(seconds), body },
})

async function send(project: TestProject, batch: Json[]): Promise<Json> {
  const { status, json } = await hub.send(project, 'POST', '/api/public/ingestion', { batch })
  expect(status).toBe(207)
  return json
}

/** A trace as several batches tell it, updates before what they update. */
function batches(trace: string, words: string): Json[][] {
  const span = id()
  return [
    [
      entry('span-update', 3, { id: span, traceId: trace, endTime: at(3), output: words }),
      entry('trace-create', 4, { id: trace, output: words }),
    ],
    [
      entry('span-create', 1, { id: span, traceId: trace, startTime: at(1), name: words }),
      entry('score-create', 5, {
        traceId: trace,
        observationId: span,
        name: 'tone',
        value: 1,
        comment: words,
      }),
      entry('span-create', 1, { id: id(), traceId: trace, startTime: at(1), endTime: at(2) }),
      entry('sdk-log', 5, { log: 'x' }),
      entry('span-create', 1, { traceId: 7 }),
    ],
    [
      entry('trace-create', 0, { id: trace, timestamp: at(0), input: words, userId: `u ${words}` }),
      entry('generation-create', 1, { id: id(), traceId: trace, startTime: at(1), level: 'ERROR' }),
    ],
  ]
}

test('what came is what the log says, in any order of the batches', async () => {
  const project = await hub.mint()
  for (const batch of batches(id(), 'one')) await send(project, batch)
  const again = batches(id(), 'two')
  for (const batch of [...again.toReversed(), ...again]) await send(project, batch)
  await expectWhole(project, { walked: 2 })
})

test('an observation below another that is told again is what the log says', async () => {
  const project = await hub.mint()
  const [trace, span] = [id(), id()]
  const below = { id: span, traceId: trace, parentObservationId: id(), startTime: at(1) }
  await send(project, [entry('span-create', 1, { ...below, input: 'in', output: 'out' })])
  await expectWhole(project)
  await send(project, [entry('span-update', 2, { id: span, traceId: trace, endTime: at(2) })])
  await send(project, [entry('span-create', 0, { ...below, input: 'earlier' })])
  await expectWhole(project)
})

test('a trace that the hub’s own door speaks of too is what the log says', async () => {
  const project = await hub.mint()
  const trace = id()
  for (const batch of batches(trace, 'mixed')) {
    await send(project, batch)
    await hub.tell(project, TRACES, { trace: { trace_id: trace, start_time: at(batch.length), name: 'own' } })
  }
  expect((await shown(project, trace))['trace']).toMatchObject({ name: 'own', user_id: 'u mixed' })
  await expectWhole(project)
})

test('nothing of an erased trace is left, and its neighbours in the body are the same', async () => {
  const project = await hub.mint()
  const words = `비밀 ${id()}`
  const [gone, stays] = [id(), id()]
  const kept = [entry('trace-create', 0, { id: stays, name: 'kept', metadata: { n: 1.5, text: '환불' } })]
  for (const batch of batches(gone, words)) await send(project, [...batch, ...kept])
  await expectErased(project, { gone: gone, stays: stays, words })
})

test('a user is erased who stands in an earlier word on the trace alone', async () => {
  const project = await hub.mint()
  const words = `비밀 ${id()}`
  const trace = id()
  for (const batch of batches(trace, words)) await send(project, batch)
  await send(project, [entry('trace-create', 9, { id: trace, userId: 'another' })])
  await erase(hub.deps, { project_id: project.project_id, user_id: `u ${words}`, actor: 'operator' })
  expect((await placesOf(sql, words)).filter((place) => !place.startsWith('audit.'))).toEqual([])
})

test('private things and hidden names are hidden before anything is stored', async () => {
  const project = await hub.mint()
  const masking = {
    detectors: ['email'],
    keys: ['password', 'userid', 'id', 'type', 'timestamp', 'starttime'],
  }
  const path = `/api/v1/projects/${project.project_id}/settings`
  await hub.api.request('PUT', path, { key: 'dev-key', body: { retention_days: null, masking } })
  const [trace, span] = [id(), id()]
  const [hidden, user] = [`hidden-${id()}`, `user-${id()}`]
  const email = ['hong', 'example.com'].join('@')
  const answer = await send(project, [
    entry('trace-create', 0, { id: trace, userId: user, input: { password: hidden } }),
    entry('span-create', 1, {
      id: span,
      traceId: trace,
      name: `to ${email}`,
      startTime: at(1),
      input: email,
    }),
    entry('generation-create', 1, {
      ...{ id: id(), traceId: trace, startTime: at(1), usageDetails: { input: 123456789 } },
    }),
    entry('score-create', 1, { traceId: trace, name: 'tone', value: 0.123456789012345, comment: email }),
    entry('span-create', 1, { id: 5, name: email }),
  ])
  expect(answer).toMatchObject({ successes: { length: 4 }, errors: { length: 1 } })
  for (const text of [hidden, user, email]) expect(await placesOf(sql, text)).toEqual([])
  const { trace: told, evaluations } = await shown(project, trace)
  expect(told).toMatchObject({ id: trace, total_spans: 2, input_tokens: 123456789 })
  expect(evaluations).toMatchObject([{ score: 0.123456789012345 }])
  await expectWhole(project)
})
