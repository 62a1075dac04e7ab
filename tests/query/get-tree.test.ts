import { afterAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { getTrace } from '#shared/contract/traces.ts'
import { getTree } from '#shared/contract/tree.ts'
import { uuid5 } from '#shared/ids.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub, shown } from './open-hub.ts'

const { api, ask, mint, tell, stop } = await openHub()
afterAll(stop)

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

type Said = Record<string, unknown>

const span = (
  span_id: string,
  parent_span_id: string | null,
  from: number,
  to: number | null,
  said: Said = {},
): Said => ({
  ...{ span_id, parent_span_id, trace_id: TRACE, name: span_id, idempotency_key: span_id },
  ...{ start_time: at(from), end_time: to === null ? null : at(to), ...said },
})

const say = (project: TestProject, spans: Said[]) =>
  tell(project, '/ingest/traces', { trace: { trace_id: TRACE, start_time: at(0) }, spans })

const tree = (project: TestProject, query: Record<string, string | number> = {}) =>
  ask(project, getTree, { params: { trace_id: TRACE }, query })

const get = (project: TestProject, path: string, etag?: string | null) =>
  api.request('GET', `/api/v1/traces/${TRACE}${path}`, {
    key: project.key,
    headers: etag ? { 'if-none-match': etag } : {},
  })

test('children stand under their parents by start, with what is below them, in the form of the contract', async () => {
  const project = await mint()
  await say(project, [
    span('late', 'root', 5, 6),
    span('root', null, 0, 10),
    span('bad', 'early', 2, 3, { status: 'error' }),
    span('early', 'root', 1, 4),
  ])
  const answer = await tree(project)
  expect(checkOf(getTree.response).Check(answer)).toBe(true)
  expect(answer).toMatchObject({ total_spans: 4, visible_rows: 4, from: 0, spans_truncated: false })
  expect(
    answer.rows.map((row) => [row.id, row.depth, row.descendants, row.errors_below, row.last_child]),
  ).toEqual([
    ['root', 0, 3, 1, true],
    ['early', 1, 1, 1, false],
    ['bad', 2, 0, 0, true],
    ['late', 1, 0, 0, true],
  ])
})

test('W-68: orphans and circles of parents stand at the top, each once, and say so', async () => {
  const project = await mint()
  await say(project, [
    span('lost', 'nowhere', 1, 2),
    span('self', 'self', 2, 3),
    span('x', 'y', 3, 4),
    span('y', 'x', 4, 5),
  ])
  const { rows } = await tree(project)
  expect(rows.map(({ id, depth, orphan, in_cycle }) => [id, depth, orphan, in_cycle])).toEqual([
    ['lost', 0, true, false],
    ['self', 0, false, true],
    ['x', 0, false, true],
    ['y', 1, false, false],
  ])
})

test('a folded span keeps its row and hides all below it; a span in there leads to it', async () => {
  const project = await mint()
  await say(project, [
    span('a,b', null, 0, 9),
    span('c', 'a,b', 1, 2),
    span('d', 'c', 1, 2),
    span('z', null, 9, 10),
  ])
  const collapsed = encodeURIComponent('a,b')
  const answer = await tree(project, { collapsed, focus: 'd', n: 1 })
  expect(answer).toMatchObject({ total_spans: 4, visible_rows: 2, from: 0 })
  expect(answer.rows).toMatchObject([{ id: 'a,b', collapsed: true, has_children: true, descendants: 2 }])
  expect((await tree(project, { focus: 'd', n: 1 })).rows).toMatchObject([{ id: 'd', parent_span_id: 'c' }])
})

test('past the end come the last rows; an id that is not there folds and focuses nothing', async () => {
  const project = await mint()
  await say(
    project,
    ['a', 'b', 'c'].map((id, n) => span(id, null, n, n + 1)),
  )
  expect(await tree(project, { from: 99, n: 2 })).toMatchObject({ from: 2, rows: [{ id: 'c' }] })
  expect(await tree(project, { collapsed: 'nobody', focus: 'nobody' })).toMatchObject({
    from: 0,
    visible_rows: 3,
  })
  expect((await get(project, '/tree?collapsed=%25')).status).toBe(422)
  expect((await get(project, `/tree?collapsed=${'x'.repeat(8193)}`)).status).toBe(422)
})

test('self time leaves out the union of the children, the critical path counts no time twice', async () => {
  const project = await mint()
  await say(project, [
    span('root', null, 0, 10),
    span('a', 'root', 1, 5),
    span('beside', 'root', 2, 6),
    span('b', 'root', 6, 12),
  ])
  const { rows } = await tree(project)
  expect(rows.map(({ id, self_ms }) => [id, self_ms])).toEqual([
    ['root', 1000],
    ['a', 4000],
    ['beside', 4000],
    ['b', 6000],
  ])
  expect(rows.map(({ id, critical_ms }) => [id, critical_ms])).toEqual([
    ['root', 2000],
    ['a', null],
    ['beside', 4000],
    ['b', 4000],
  ])
})

test('what has not changed is 304; a span, an amendment and an evaluation are news', async () => {
  const project = await mint()
  await say(project, [span('s', null, 0, 1)])
  const verdict = {
    trace_id: TRACE,
    eval_name: 'e',
    eval_model: 'm',
    score: 1,
    passed: true,
    idempotency_key: 'e',
  }
  const amendment = {
    ...{ trace_id: TRACE, span_id: 's', event_type: 'AMENDMENT', event_time: at(3), idempotency_key: 'am' },
    payload: { patch: { name: 'better' } },
  }
  const news = [
    () => say(project, [span('t', 's', 1, 2)]),
    () => tell(project, '/ingest/spans', { events: [amendment] }),
    () => tell(project, '/evals', verdict),
  ]
  for (const path of ['/tree', '?spans=tree', '']) {
    const first = await get(project, path)
    const etag = first.headers.get('etag')
    expect([path, etag !== null]).toEqual([path, true])
    const same = await get(project, path, etag)
    expect([path, same.status, await same.text()]).toEqual([path, 304, ''])
  }
  for (const tell_news of news) {
    const etag = (await get(project, '/tree')).headers.get('etag')
    await tell_news()
    expect((await get(project, '/tree', etag)).status).toBe(200)
  }
})

test('another project’s tree and one that never was get the same answer, with a tag or without', async () => {
  const [mine, other] = [await mint(), await mint()]
  await say(other, [span('s', null, 0, 1)])
  const etag = (await get(other, '/tree')).headers.get('etag')
  const bodies = []
  for (const id of [TRACE, 'f'.repeat(32)]) {
    for (const tag of ['"x"', etag ?? '']) {
      const headers = { 'x-request-id': 'same', 'if-none-match': tag }
      const answer = await api.request('GET', `/api/v1/traces/${id}/tree`, { key: mine.key, headers })
      bodies.push([answer.status, await answer.text()].join())
    }
  }
  expect(new Set(bodies).size).toBe(1)
  expect(bodies[0]).toStartWith('404')
})

test('the windows of any forest list every span exactly once', async () => {
  const forest = fc.array(fc.integer({ min: -2, max: 14 }), { minLength: 1, maxLength: 15 })
  await fc.assert(
    fc.asyncProperty(forest, fc.integer({ min: 1, max: 6 }), async (parents, n) => {
      const project = await mint()
      const parent = (of: number) => (of === -1 ? null : of === -2 ? 'nowhere' : `s${of}`)
      await say(
        project,
        parents.map((of, index) => span(`s${index}`, parent(of), index % 3, 5)),
      )
      const seen: string[] = []
      for (let from = 0; from < parents.length; from += n) {
        seen.push(...(await tree(project, { from, n })).rows.map(({ id }) => id))
      }
      expect(seen.toSorted()).toEqual(parents.map((_, index) => `s${index}`).toSorted())
    }),
    { numRuns: 25 },
  )
})

test('guides draw the line of each level for as long as siblings follow', async () => {
  const project = await mint()
  await say(project, [
    span('root', null, 0, 9),
    span('one', 'root', 1, 4),
    span('leaf', 'one', 2, 3),
    span('two', 'root', 5, 6),
    span('last', 'two', 5, 6),
  ])
  const { rows } = await tree(project)
  expect(rows.map(({ id, guides }) => [id, guides.toString(2)])).toEqual([
    ['root', '0'],
    ['one', '1'],
    ['leaf', '1'],
    ['two', '0'],
    ['last', '0'],
  ])
})

test('the head says when the first of all began and when the last ended, and which span failed next', async () => {
  const project = await mint()
  await say(project, [
    span('early', null, -3, 1, { status: 'error' }),
    span('fine', null, 2, 3),
    span('late', null, 4, 7.5, { status: 'error' }),
    span('open', null, 5, null),
  ])
  expect(await tree(project)).toMatchObject({
    start_time: shown(-3),
    end_time: shown(7.5),
    next_error: 'late',
  })
  const after = async (query: Record<string, string | number>) => (await tree(project, query)).next_error
  expect(await after({ focus: 'late' })).toBe('early')
  expect(await after({ focus: 'fine', from: 3, n: 1 })).toBe('late')
  expect(await after({ from: 1, n: 1 })).toBe('late')
  const calm = await mint()
  await say(calm, [span('fine', null, 0, 1)])
  expect((await tree(calm)).next_error).toBeNull()
})

test('a search names the spans that say a text in name, type or error, in the order of the tree', async () => {
  const project = await mint()
  await say(project, [
    span('z', null, 0, 9, { name: '환불 100%' }),
    span('b', 'z', 3, 4, { status: 'error', error: 'Refused: 100% full' }),
    span('a', 'z', 5, 6, { span_type: 'tool' }),
    span('folded', 'a', 5, 6, { name: '1000' }),
  ])
  const hits = async (query: Record<string, string>) => (await tree(project, query)).hits
  expect(await hits({})).toBeNull()
  expect(await hits({ search: '100%', collapsed: 'z' })).toMatchObject({ total: 2, ids: ['z', 'b'] })
  expect(await hits({ search: 'TOOL' })).toMatchObject({ total: 1, ids: ['a'] })
  expect(await hits({ search: '환불' })).toMatchObject({ total: 1, ids: ['z'] })
  expect(await hits({ search: '_' })).toMatchObject({ total: 0, ids: [] })
})

test('a search inside a trace finds what its spans say, and shows where', async () => {
  const project = await mint()
  await say(project, [
    span('asks', null, 0, 9, { input: { messages: [{ role: 'user', content: '전액환불이 되나요?' }] } }),
    span('tells', 'asks', 3, 4, { output: 'No refund after 14 days' }),
  ])
  const hits = async (search: string) => (await tree(project, { search })).hits
  expect(await hits('환불')).toMatchObject({ total: 1, is_complete: true, ids: ['asks'] })
  const found = await hits('refund')
  expect(found).toMatchObject({ total: 1, ids: ['tells'] })
  const snippet = found?.found[0]?.snippets[0]
  expect(snippet).toMatchObject({
    scope: 'output',
    text: 'No refund after 14 days',
    marks: [{ from: 3, to: 9 }],
  })
  expect((await hits('fund'))?.total).toBe(0)
})

test('spans=none gives the whole trace and its evaluations, and no span', async () => {
  const project = await mint()
  await say(project, [
    span('root', null, 0, 1, { input: 'question '.repeat(40) }),
    span('s', 'root', 0, 1, { status: 'error' }),
  ])
  const eval_said = { trace_id: TRACE, eval_name: 'e', eval_model: 'm', score: 1, passed: true }
  await tell(project, '/evals', { ...eval_said, idempotency_key: 'e' })
  const whole = await ask(project, getTrace, { params: { trace_id: TRACE } })
  const head = await ask(project, getTrace, { params: { trace_id: TRACE }, query: { spans: 'none' } })
  expect(checkOf(getTrace.response).Check(head)).toBe(true)
  expect(head.trace).toEqual(whole.trace)
  expect(head.trace).toMatchObject({ total_spans: 2, error_count: 1, input_text: 'question '.repeat(40) })
  expect(head.evaluations).toEqual(whole.evaluations)
  expect(head).toMatchObject({ spans: [], spans_truncated: true, timeline: [], timeline_truncated: true })
})

test('what stands below a circle of parents is there once, and only one of the circle stands at the top', async () => {
  const project = await mint()
  await say(project, [
    span('hanger', 'y', 0, 1),
    span('x', 'y', 2, 3),
    span('y', 'x', 3, 4),
    span('after', null, 9, 10),
  ])
  const { rows } = await tree(project)
  expect(rows.map(({ id, depth, in_cycle, last_child }) => [id, depth, in_cycle, last_child])).toEqual([
    ['x', 0, true, true],
    ['y', 1, false, true],
    ['hanger', 2, false, true],
    ['after', 0, false, true],
  ])
})

test('who reads a growing trace at once with others gets a whole tree of one moment', async () => {
  const project = await mint()
  await say(project, [span('s0', null, 0, 100)])
  const grow = async () => {
    for (let n = 1; n <= 10; n++) await say(project, [span(`s${n}`, `s${n - 1}`, n, n + 1)])
  }
  const growing = grow()
  const answers = []
  for (let round = 0; round < 8; round++) {
    answers.push(...(await Promise.all(Array.from({ length: 4 }, () => tree(project)))))
  }
  await growing
  answers.push(await tree(project))
  for (const { total_spans, visible_rows, rows } of answers) {
    expect([visible_rows, rows.length]).toEqual([total_spans, total_spans])
    expect(rows.map(({ id, depth }) => [id, depth])).toEqual(rows.map((_, n) => [`s${n}`, n]))
  }
  expect(answers.at(-1)?.total_spans).toBe(11)
})

test('visits of nodes stand under the visit that led to them, in the same order and form as all spans have', async () => {
  const project = await mint()
  const node = (node_id: string, second: number, parent_node_id?: string) => ({
    ...{ node_id, node_name: node_id, parent_node_id, start_time: at(second), end_time: at(second + 1) },
    idempotency_key: `${node_id} ${second}`,
  })
  await tell(project, '/ingest/langgraph-runs', {
    ...{ trace_id: TRACE, run_id: 'a "run"', graph_name: 'g', start_time: at(0) },
    nodes: [node('act', 4, 'think'), node('think', 3, 'act'), node('act', 2, 'think'), node('think', 1)],
  })
  await say(project, [span('aside', null, 9, 10)])
  const { rows } = await tree(project)
  expect(rows.map(({ node_id, node_visit, depth }) => [node_id, node_visit, depth])).toEqual([
    ['think', 1, 0],
    ['act', 1, 1],
    ['think', 2, 2],
    ['act', 2, 3],
    [null, null, 0],
  ])
  const { spans } = await ask(project, getTrace, { params: { trace_id: TRACE }, query: { spans: 'tree' } })
  expect(rows).toMatchObject(spans.map((one) => ({ ...one })))
  const alias = uuid5('a "run":act')
  expect((await tree(project, { focus: alias, n: 1 })).rows).toMatchObject([
    { node_id: 'act', node_visit: 1 },
  ])
  expect((await tree(project, { collapsed: alias })).visible_rows).toBe(3)
})
