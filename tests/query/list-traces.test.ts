import { afterAll, expect, test } from 'bun:test'
import { listTraces } from '#shared/contract/traces.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub, shown } from './open-hub.ts'

const { api, ask, deps, mint, tell, stop } = await openHub()
afterAll(stop)

type Said = Record<string, unknown> & { trace_id: string }

const say = (project: TestProject, trace: Said) =>
  tell(project, '/ingest/traces', { trace: { start_time: at(0), ...trace } })

const idsOf = async (project: TestProject, query: Record<string, string | number>) => {
  const { items } = await ask(project, listTraces, { query })
  return items.map(({ id }) => id)
}

async function refusal(project: TestProject, search: string) {
  const response = await api.request('GET', `/api/v1/traces?${search}`, { key: project.key })
  // The expectations on the result are the check of its form.
  const body = (await response.json()) as { code: string; detail: { loc: string[]; type: string }[] }
  return { status: response.status, code: body.code, at: body.detail.map(({ loc }) => loc.join('.')) }
}

test('traces are listed newest first, in the form of the contract', async () => {
  const project = await mint()
  await say(project, { trace_id: 'older', start_time: at(1.000001) })
  await say(project, {
    trace_id: 'newer',
    start_time: at(1.000002),
    end_time: at(3.5),
    name: 'run',
    tags: ['a'],
  })
  const answer = await ask(project, listTraces)
  expect(checkOf(listTraces.response).Check(answer)).toBe(true)
  expect(answer).toMatchObject({ page: 1, page_size: 20, total: 2, total_capped: false, next_cursor: null })
  expect(answer.search_scope).toBeNull()
  expect(answer.items.map(({ id }) => id)).toEqual(['newer', 'older'])
  expect(answer.items[0]).toMatchObject({
    project_id: project.project_id,
    start_time: shown(1.000002),
    end_time: shown(3.5),
    duration_ms: 2499.998,
    status: 'success',
    completion_rate: 1,
    cost_usd: null,
    tags: ['a'],
  })
})

test('another project is neither listed nor counted', async () => {
  const [mine, other] = [await mint(), await mint()]
  await say(other, { trace_id: 'secret', user_id: 'u' })
  expect(await ask(mine, listTraces)).toMatchObject({ items: [], total: 0 })
  expect(await ask(mine, listTraces, { query: { user_id: 'u', search: 'secret' } })).toMatchObject({
    total: 0,
  })
})

test('W-51: a list carries previews, never the whole input, output or attributes', async () => {
  const project = await mint()
  const long = `${'x'.repeat(5000)} tail`
  await say(project, { trace_id: 't', input_text: long, output_text: long, attributes: { note: 'tail' } })
  const response = await api.request('GET', '/api/v1/traces', { key: project.key })
  const text = await response.text()
  expect(text).toContain('x'.repeat(200))
  expect(text).not.toContain('x'.repeat(201))
  expect(text).not.toContain('tail')
})

test('W-50: pages by cursor neither skip nor repeat a trace while others arrive', async () => {
  const project = await mint()
  const wanted = Array.from({ length: 30 }, (_, index) => `trace-${index}`)
  // Ten starts for thirty traces: equal times must not confuse the order.
  for (const [index, trace_id] of wanted.entries())
    await say(project, { trace_id, start_time: at(index % 10) })
  const seen: string[] = []
  let cursor: string | null | undefined
  for (let page = 0; cursor !== null; page++) {
    const answer = await ask(project, listTraces, { query: { page_size: 7, ...(cursor ? { cursor } : {}) } })
    seen.push(...answer.items.map(({ id }) => id).filter((id) => id.startsWith('trace-')))
    cursor = answer.next_cursor
    await say(project, { trace_id: `newer-${page}`, start_time: at(100 + page) })
    await say(project, { trace_id: `between-${page}`, start_time: at(9 - page) })
  }
  expect(seen.toSorted()).toEqual(wanted.toSorted())
})

test('a cursor says nothing of trace numbers, and is one project’s own', async () => {
  const project = await mint()
  for (const trace_id of ['a', 'b']) await say(project, { trace_id })
  const { next_cursor } = await ask(project, listTraces, { query: { page_size: 1 } })
  const [trace] = await deps.database.sql<{ trace_no: string }[]>`
    select trace_no from traces where trace_key = 'b' order by trace_no desc limit 1`
  const bytes = Buffer.from(next_cursor ?? '', 'base64url')
  expect(bytes).toHaveLength(16)
  expect(bytes.readBigInt64BE(8)).not.toBe(BigInt(trace?.trace_no ?? 0))
  expect(await idsOf(project, { page_size: 1, cursor: next_cursor ?? '' })).toEqual(['a'])
})

test.each(['x', 'AAAA', '!!', `${'A'.repeat(21)}=`, 'AAAAAAAAAAAAAAAAAAAAAAAAAA'])(
  'a malformed cursor %p is a 422 that names it',
  async (cursor) => {
    const project = await mint()
    const found = await refusal(project, `cursor=${encodeURIComponent(cursor)}`)
    expect(found).toEqual({ status: 422, code: 'validation_error', at: ['query.cursor'] })
  },
)

test('pages by number still work, and past the end there is nothing', async () => {
  const project = await mint()
  for (const [index, trace_id] of ['c', 'b', 'a'].entries())
    await say(project, { trace_id, start_time: at(index) })
  expect(await idsOf(project, { page: 2, page_size: 2 })).toEqual(['c'])
  expect(await ask(project, listTraces, { query: { page: 9, page_size: 2 } })).toMatchObject({
    items: [],
    page: 9,
    total: 3,
  })
})

test.each(['page=0', 'page=1001', 'page_size=0', 'page_size=101', 'page_size=1e1'])(
  '%s is a 422',
  async (search) => {
    const found = await refusal(await mint(), search)
    expect(found).toMatchObject({ status: 422, at: [`query.${search.split('=')[0]}`] })
  },
)

test('exact filters hold together', async () => {
  const project = await mint()
  const common = { model: 'm', environment: 'prod', user_id: 'u', session_id: 's' }
  await say(project, { trace_id: 'hit', ...common })
  for (const member of Object.keys(common))
    await say(project, { trace_id: `no-${member}`, ...common, [member]: 'other' })
  expect(await ask(project, listTraces, { query: common })).toMatchObject({
    total: 1,
    items: [{ id: 'hit' }],
  })
  expect(await idsOf(project, { user_id: 'U' })).toEqual([])
})

test('W-23: tag matches an element of the tags, not the name of an attribute', async () => {
  const project = await mint()
  await say(project, { trace_id: 'tagged', tags: ['red', 'blue'] })
  await say(project, { trace_id: 'legacy', attributes: { tags: ['red'] } })
  await say(project, { trace_id: 'attribute', attributes: { red: true }, tags: ['redder'] })
  expect((await idsOf(project, { tag: 'red' })).toSorted()).toEqual(['legacy', 'tagged'])
})

test('status takes the common other names in any case', async () => {
  const project = await mint()
  await say(project, { trace_id: 'good', status: 'success', end_time: at(1) })
  await say(project, { trace_id: 'bad', status: 'error', end_time: at(1) })
  await say(project, { trace_id: 'open' })
  expect(await idsOf(project, { status: 'OK' })).toEqual(['good'])
  expect(await idsOf(project, { status: 'failed' })).toEqual(['bad'])
  expect(await idsOf(project, { status: 'in_progress' })).toEqual(['open'])
  expect(await idsOf(project, { status: 'cancelled' })).toEqual([])
})

test('an unknown status is a 422 that lists the known ones', async () => {
  const project = await mint()
  const response = await api.request('GET', '/api/v1/traces?status=weird', { key: project.key })
  const text = await response.text()
  expect(response.status).toBe(422)
  expect(text).toContain('running, success, error, interrupted, cancelled, stale')
  expect(text).not.toContain('weird')
})

test('an open trace of which nothing came for 30 minutes reads as stale, and only that', async () => {
  const project = await mint()
  const span = { span_id: 's', name: 'n', start_time: at(0), idempotency_key: 'k' }
  await tell(project, '/ingest/traces', {
    trace: { trace_id: 'quiet', start_time: at(0) },
    spans: [{ ...span, trace_id: 'quiet' }],
  })
  await tell(project, '/ingest/traces', { trace: { trace_id: 'empty', start_time: at(0) } })
  try {
    deps.setClock(Date.now() + 29 * 60_000)
    expect(await idsOf(project, { status: 'stale' })).toEqual([])
    deps.setClock(Date.now() + 31 * 60_000)
    const { items } = await ask(project, listTraces, { query: { status: 'stale' } })
    expect(items).toMatchObject([{ id: 'quiet', status: 'running', stale: true }])
    expect((await idsOf(project, { status: 'running' })).toSorted()).toEqual(['empty', 'quiet'])
  } finally {
    deps.setClock(null)
  }
})

test('both bounds of the window are inclusive, to the microsecond', async () => {
  const project = await mint()
  for (const micros of [1, 2, 3, 4])
    await say(project, { trace_id: `t${micros}`, start_time: at(micros / 1e6) })
  const query = { start_time: at(2e-6), end_time: at(3e-6) }
  expect(await idsOf(project, query)).toEqual(['t3', 't2'])
})

test.each([
  ['start_time=2026-02-30T00:00:00Z', 'query.start_time'],
  ['start_time=2026-02-07T10:00:00', 'query.start_time'],
  ['end_time=yesterday', 'query.end_time'],
  ['start_time=2026-02-07T10:00:01Z&end_time=2026-02-07T10:00:00Z', 'query.end_time'],
])('%s is a 422 at %s', async (search, place) => {
  expect(await refusal(await mint(), search)).toMatchObject({ status: 422, at: [place] })
})

test.each(['model', 'environment', 'user_id', 'session_id', 'tag', 'search'])(
  'a NUL in %s is a 422, not a failure of the database',
  async (name) => {
    expect(await refusal(await mint(), `${name}=a%00b`)).toMatchObject({ status: 422, at: [`query.${name}`] })
  },
)

test('W-39: percent, underscore and backslash stand for themselves', async () => {
  const project = await mint()
  await say(project, { trace_id: 'percent', name: '100% sure' })
  await say(project, { trace_id: 'underscore', name: 'snake_case' })
  await say(project, { trace_id: 'backslash', name: String.raw`C:\temp` })
  await say(project, { trace_id: 'plain', name: 'snakeXcase 100 sure' })
  expect(await idsOf(project, { search: '%' })).toEqual(['percent'])
  expect(await idsOf(project, { search: '_' })).toEqual(['underscore'])
  expect(await idsOf(project, { search: '\\' })).toEqual(['backslash'])
  expect(await idsOf(project, { search: 'snake_case' })).toEqual(['underscore'])
})

test('search finds names, ids, users, sessions and previews, in any case and script', async () => {
  const project = await mint()
  const uuid = '3F2504E0-4F89-41D3-9A0C-0305E82C3301'
  await say(project, { trace_id: uuid, name: 'Straße 환불', external_trace_id: 'EXT-9' })
  await say(project, {
    trace_id: 'b',
    user_id: 'Ümit',
    session_id: 'Sess',
    input_text: 'Hello',
    output_text: 'World',
  })
  const shownId = (await idsOf(project, { search: '환불' }))[0]
  expect(shownId).toBe(uuid)
  for (const search of ['3f2504e0-4f89', '3f2504e04f89', 'ext-9', 'STRASSE'.slice(0, 3)]) {
    expect(await idsOf(project, { search })).toContain(uuid)
  }
  for (const search of ['ümit', 'sess', 'hELLO', 'wORLD'])
    expect(await idsOf(project, { search })).toEqual(['b'])
})

test('W-39: a search finds what is older than the newest 10,000 traces; totals stop at 10,000', async () => {
  const project = await mint()
  await say(project, { trace_id: 'old', name: 'needle', start_time: at(0) })
  for (let part = 0; part < 4; part++) {
    const events = Array.from({ length: 2501 }, (_, index) => ({
      trace_id: `t-${part}-${index}`,
      event_type: 'LOG',
      event_time: at(10 + part),
      idempotency_key: 'k',
    }))
    await tell(project, '/ingest/spans', { events })
  }
  const all = await ask(project, listTraces)
  expect(all).toMatchObject({ total: 10_000, total_capped: true })
  const searched = await ask(project, listTraces, { query: { search: 'needle' } })
  expect(searched).toMatchObject({ items: [{ id: 'old' }], total: 1, search_scope: 'full' })
  const without = await ask(project, listTraces, { query: { q: '-needle', page_size: 1 } })
  expect(without.search_scope).toContain('the newest 10,000 traces')
  const narrowed = await ask(project, listTraces, { query: { search: 'needle', end_time: at(5) } })
  expect(narrowed).toMatchObject({ items: [{ id: 'old' }], total: 1, total_capped: false })
})
