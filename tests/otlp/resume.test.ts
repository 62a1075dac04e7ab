import { afterAll, expect, test } from 'bun:test'
import { getResumptions } from '#shared/contract/graph.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { choice, DIALECT_NAMES, graph, spansOf, visit, type DialectName, type Run } from './langgraph-wire.ts'
import { openOtlp } from './open-otlp.ts'

const hub = await openOtlp()
afterAll(hub.stop)

const interrupt = { type: 'GraphInterrupt', message: '[{"value":"may I?"}]' }
const task = () => crypto.randomUUID()

type Told = { dialect?: DialectName; thread?: string; session?: string; from?: number; trace?: string }

async function tell(project: TestProject, run: Run, { dialect = 'openinference', ...more }: Told = {}) {
  const { trace, spans } = spansOf(run, dialect, more)
  expect(await hub.send(project, spans)).toMatchObject({ status: 200, rejected: 0 })
  const { spans: shown } = await hub.traceOf(project, trace)
  const idOf = (node: string) => shown.find(({ node_id }) => node_id === node)?.id ?? 'none'
  return { trace, idOf, spans: shown }
}

const linksOf = async (project: TestProject, trace_id: string) => {
  const answer = await hub.ask(project, getResumptions, { params: { trace_id } })
  expect(checkOf(getResumptions.response).Check(answer)).toBe(true)
  return answer.items.map(({ node_id, interrupted, resumed }) => [
    ...[node_id, interrupted.trace_id, interrupted.span_id],
    ...[resumed.trace_id, resumed.span_id],
  ])
}

const asks = (open: string) => graph([visit('act', 1), visit('approve', 2, { task: open, error: interrupt })])
const answers = (open: string): Run => ({
  name: 'LangGraph',
  inside: [visit('approve', 2, { task: open, inside: [choice('done')] }), visit('done', 3)],
})

test.each(DIALECT_NAMES)('in the dialect of %s a question leads to its answer, and back', async (dialect) => {
  const project = await hub.mint()
  const open = task()
  const first = await tell(project, asks(open), { dialect })
  expect(await linksOf(project, first.trace)).toEqual([])
  const second = await tell(project, answers(open), { dialect, from: 60 })
  const link = ['approve', first.trace, first.idOf('approve'), second.trace, second.idOf('approve')]
  expect(await linksOf(project, first.trace)).toEqual([link])
  expect(await linksOf(project, second.trace)).toEqual([link])
})

test('a session that the app names itself holds them together as well', async () => {
  const project = await hub.mint()
  const open = task()
  const first = await tell(project, asks(open), { session: 's-1' })
  const second = await tell(project, answers(open), { session: 's-1', from: 60 })
  expect(await linksOf(project, first.trace)).toEqual([
    ['approve', first.trace, first.idOf('approve'), second.trace, second.idOf('approve')],
  ])
})

test('the answer may be known before the question', async () => {
  const project = await hub.mint()
  const open = task()
  const second = await tell(project, answers(open), { from: 60 })
  const first = await tell(project, asks(open))
  expect(await linksOf(project, second.trace)).toEqual([
    ['approve', first.trace, first.idOf('approve'), second.trace, second.idOf('approve')],
  ])
})

test('one that asks again leads on, each to the next', async () => {
  const project = await hub.mint()
  const open = task()
  const again = { name: 'LangGraph', inside: [visit('approve', 2, { task: open, error: interrupt })] }
  const runs = [
    await tell(project, asks(open)),
    await tell(project, again, { from: 60 }),
    await tell(project, answers(open), { from: 120 }),
  ]
  const pair = (at: number) =>
    [runs[at], runs[at + 1]].flatMap((run) => [run?.trace ?? '', run?.idOf('approve') ?? ''])
  expect(await linksOf(project, runs[1]?.trace ?? '')).toEqual([
    ['approve', ...pair(0)],
    ['approve', ...pair(1)],
  ])
})

test('a question inside a graph in a node: both the inner and the outer visit go on', async () => {
  const project = await hub.mint()
  const [outer, inner] = [`review:${task()}`, task()]
  const nested = (error?: Run['error']): Run => ({
    ...{ name: 'LangGraph', ...(error ? { error } : {}) },
    inside: [visit('ask', 1, { outer, task: inner, ...(error ? { error } : {}) })],
  })
  const run = (error?: Run['error']): Run => ({
    name: 'LangGraph',
    inside: [visit('review', 4, { ns: outer, inside: [nested(error)], ...(error ? { error } : {}) })],
  })
  const first = await tell(project, run(interrupt))
  const second = await tell(project, run(), { from: 60 })
  const ends = (node: string) => [first.trace, first.idOf(node), second.trace, second.idOf(node)]
  const links = await linksOf(project, first.trace)
  expect(links.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))).toEqual([
    ['review', ...ends('review')],
    ['review:ask', ...ends('review:ask')],
  ])
})

test('both may stand in one trace, as where a server traces the whole', async () => {
  const project = await hub.mint()
  const open = task()
  const { trace, spans } = await tell(project, {
    name: 'request',
    inside: [asks(open), answers(open)],
  })
  const [asked, answered] = spans.filter(({ node_id }) => node_id === 'approve').map(({ id }) => id)
  expect(await linksOf(project, trace)).toEqual([['approve', trace, asked ?? '', trace, answered ?? '']])
})

test('another thread, another task, and a try that failed are no answers', async () => {
  const project = await hub.mint()
  const [open, failed] = [task(), task()]
  const first = await tell(
    project,
    graph([
      visit('approve', 1, { task: open, error: interrupt }),
      visit('flaky', 1, { task: failed, error: { type: 'TypeError', message: 'no' } }),
      visit('flaky', 1, { task: failed }),
    ]),
  )
  await tell(project, answers(open), { thread: 'thread-2', session: 'thread-1', from: 60 })
  await tell(project, answers(task()), { from: 120 })
  expect(await linksOf(project, first.trace)).toEqual([])
})

test('another project’s answer is not seen, and its trace is not there', async () => {
  const [project, other] = [await hub.mint(), await hub.mint()]
  const open = task()
  const first = await tell(project, asks(open))
  await tell(other, answers(open), { from: 60 })
  expect(await linksOf(project, first.trace)).toEqual([])
  const path = `/api/v1/traces/${first.trace}/resumptions`
  expect((await hub.api.request('GET', path, { key: other.key })).status).toBe(404)
})
