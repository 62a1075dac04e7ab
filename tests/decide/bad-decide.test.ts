import { afterAll, expect, test } from 'bun:test'
import { createKey } from '#shared/contract/projects.ts'
import { call } from '#shared/http/call.ts'
import { openHub } from './open-hub.ts'

const hub = await openHub()
afterAll(hub.stop)
const own = await hub.mint()

/** What is sent, besides a key where the row has none; and what answers it. */
type Row = { name: string; body: unknown; status?: number; code?: string; names?: string }

const DEEP = `${'['.repeat(200)}${']'.repeat(200)}`
const ROWS: Row[] = [
  { name: 'no body', body: '', status: 400, code: 'empty_body' },
  { name: 'no JSON', body: '{"input":', status: 400, code: 'malformed_json' },
  {
    name: 'a body nested too deep',
    body: `{"idempotency_key":"k","input":${DEEP}}`,
    status: 400,
    code: 'too_deep',
  },
  { name: 'a list', body: [], names: 'body' },
  { name: 'no key', body: { input: 'a', idempotency_key: undefined }, names: 'idempotency_key' },
  { name: 'an empty key', body: { idempotency_key: '', input: 'a' }, names: 'idempotency_key' },
  {
    name: 'a key of 256 characters',
    body: { idempotency_key: 'k'.repeat(256), input: 'a' },
    names: 'idempotency_key',
  },
  { name: 'a key with a NUL', body: { idempotency_key: 'a\0b', input: 'a' }, names: 'idempotency_key' },
  { name: 'nothing to decide on', body: {}, names: 'trace_id' },
  { name: 'a trace_id that is null, and nothing else', body: { trace_id: null }, names: 'trace_id' },
  { name: 'a trace_id that is a number', body: { trace_id: 7 }, names: 'trace_id' },
  { name: 'a trace_id and a trace', body: { trace_id: 't', trace: { trace_id: 't' } }, names: 'trace' },
  { name: 'a trace that is a text', body: { trace: 't' }, names: 'trace' },
  { name: 'a trace with an empty id', body: { trace: { trace_id: '' } }, names: 'trace_id' },
  {
    name: 'payloads that are no objects',
    body: { trace_id: 't', request_payload: 'x' },
    names: 'request_payload',
  },
  { name: 'contexts that are no texts', body: { input: 'a', contexts: [1] }, names: 'contexts' },
  { name: '201 contexts', body: { input: 'a', contexts: Array(201).fill('x') }, names: 'contexts' },
  {
    name: 'W-28: a forced version without its policy',
    body: { input: 'a', force_policy_version: 1 },
    names: 'force_policy_id',
  },
  {
    name: 'a forced version 0',
    body: { input: 'a', force_policy_id: 'p', force_policy_version: 0 },
    names: 'force_policy_version',
  },
  {
    name: 'a forced policy that there is not',
    body: { input: 'a', force_policy_id: crypto.randomUUID() },
    status: 404,
    code: 'policy_not_found',
  },
  {
    name: 'a forced policy that is no id',
    body: { input: 'a', force_policy_id: "' or true" },
    status: 404,
    code: 'policy_not_found',
  },
  { name: 'a trace that there is not', body: { trace_id: 'never' }, status: 404, code: 'trace_not_found' },
  { name: 'dry_run as a text', body: { input: 'a', dry_run: 'yes' }, names: 'dry_run' },
]

for (const { name, body, status = 422, code = 'validation_error', names } of ROWS) {
  test(`${name}: ${status} ${code}, and nothing is written`, async () => {
    const before = await hub.countRows(own)
    const sent =
      typeof body === 'object' && !Array.isArray(body)
        ? { idempotency_key: crypto.randomUUID(), ...body }
        : body
    const response = await hub.api.request('POST', '/api/v1/decide', { key: own.key, body: sent })
    const answer = await response.text()
    expect(response.status).toBe(status)
    expect(JSON.parse(answer)).toMatchObject({ code })
    if (names !== undefined) expect(answer).toContain(`"${names}"`)
    expect(await hub.countRows(own)).toEqual(before)
  })
}

test('W-28: a forced version that there is not says so, with a code of its own', async () => {
  const project = await hub.mint()
  const force_policy_id = await hub.activate(project, { rules: [] })
  const { status, json } = await hub.ask(project, { input: 'a', force_policy_id, force_policy_version: 9 })
  expect([status, json['code']]).toEqual([404, 'policy_version_not_found'])
})

test('W-30: a policy of another project is not there, and decides nothing', async () => {
  const [mine, theirs] = [await hub.mint(), await hub.mint()]
  const rules = [{ when: {}, then: { action: 'BLOCK' } }]
  const force_policy_id = await hub.activate(theirs, { rules })
  const refused = await hub.ask(mine, { input: 'a', output: 'b', force_policy_id, force_policy_version: 1 })
  expect(refused).toMatchObject({ status: 404, json: { code: 'policy_not_found' } })
  expect((await hub.ask(theirs, { input: 'a', force_policy_id })).decision['action']).toBe('BLOCK')
  expect(await hub.countRows(mine)).toMatchObject({ decisions: 0, traces: 0 })
})

test('a trace of another project is not there', async () => {
  const [mine, theirs] = [await hub.mint(), await hub.mint()]
  await hub.record(theirs, { trace_id: 'theirs' })
  expect((await hub.ask(mine, { trace_id: 'theirs' })).json).toMatchObject({ code: 'trace_not_found' })
})

test('a key that reads may not decide; one that ingests may', async () => {
  const { project_id } = own
  const statuses: number[] = []
  for (const scope of ['read', 'ingest'] as const) {
    const input = { params: { project_id }, body: { name: scope, scope } }
    const headers = { 'x-api-key': hub.deps.config.admin_key }
    const { api_key } = await call(hub.api.fetch, 'http://localhost', createKey, input, headers)
    statuses.push((await hub.ask({ ...own, key: api_key }, { input: 'a' })).status)
  }
  expect(statuses).toEqual([403, 200])
})
