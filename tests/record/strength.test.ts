import { afterAll, expect, test } from 'bun:test'
import { openClient } from '#shared/store/connect.ts'
import { testUrl } from '#shared/testing/deps.ts'
import { testHub } from '#shared/testing/hub.ts'
import { ingest } from '../../ingest/service.ts'
import { query } from '../../query/service.ts'
import { placesOf } from '../upkeep/search.ts'

const SPANS = '/api/v1/ingest/spans'
const TRACES = '/api/v1/ingest/traces'
const START = '2026-11-02T00:00:00Z'

/** Statements of the lane, in the order in which they went out. */
const statements: string[] = []
const hub = await testHub([
  (deps) =>
    ingest({
      ...deps,
      database: {
        ...deps.database,
        dedicated: (name, onclose) =>
          openClient(testUrl, name, {
            max: 1,
            idle_timeout: 0,
            debug: (_, statement) => void statements.push(statement),
            ...(onclose ? { onclose } : {}),
          }),
      },
    }),
  query,
])
afterAll(hub.stop)
const { sql } = hub.deps.database

const events = (trace_id: string, count: number) => ({
  events: Array.from({ length: count }, (_, index) => ({
    trace_id,
    span_id: `s ${index}`,
    event_type: 'SPAN_STARTED',
    event_time: START,
    payload: { name: 'n' },
    idempotency_key: crypto.randomUUID(),
  })),
})

test('W-38: a body has a largest size, depth and number of items, and past them nothing is stored', async () => {
  const project = await hub.mint()
  const sent: [body: unknown, status: number][] = [
    [' '.repeat(16 * 1024 * 1024 + 1), 413],
    [`${'['.repeat(200)}${']'.repeat(200)}`, 400],
    [events('t', 5001), 413],
  ]
  for (const [body, status] of sent)
    expect((await hub.send(project, 'POST', SPANS, body)).status).toBe(status)
  expect((await hub.send(project, 'GET', '/api/v1/traces')).json).toMatchObject({ total: 0 })
})

test('W-45: five hundred events cost as many statements as five', async () => {
  const project = await hub.mint()
  const cost = async (count: number) => {
    statements.length = 0
    const { json } = await hub.send(project, 'POST', SPANS, events(`of ${count}`, count))
    expect(json).toMatchObject({ accepted: count, rejected: [] })
    return statements.length
  }
  await cost(4)
  const few = await cost(5)
  expect(few).toBeGreaterThan(3)
  expect(await cost(500)).toBe(few)
})

test('W-49: no index of the record lies over contents, and none but btree and hash is kept up', async () => {
  const indexes = await sql<{ name: string; method: string; definition: string }[]>`
    select c.relname "name", m.amname "method", pg_get_indexdef(i.indexrelid) definition
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am m on m.oid = c.relam
    where i.indrelid in ('log'::regclass, 'traces'::regclass, 'spans'::regclass, 'span_events'::regclass, 'evals'::regclass)`
  expect(indexes.length).toBeGreaterThan(10)
  expect(indexes.filter(({ method }) => method !== 'btree' && method !== 'hash')).toEqual([])
  const heavy = /\b(body|input_preview|output_preview|metadata|explanation|error|tags|node)\b(?! is)/
  expect(indexes.filter(({ definition }) => heavy.test(definition))).toEqual([])
})

test('W-52: attributes stand in one place, the body of the request', async () => {
  const project = await hub.mint()
  const words = `words ${crypto.randomUUID()}`
  const span = { span_id: 's', trace_id: 't', name: 'n', start_time: START, idempotency_key: 'k' }
  const body = { trace: { trace_id: 't', start_time: START }, spans: [{ ...span, attributes: { words } }] }
  expect((await hub.send(project, 'POST', TRACES, body)).status).toBe(200)
  expect(await placesOf(sql, words)).toEqual(['log.body'])
})
