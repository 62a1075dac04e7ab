import { afterAll, expect, test } from 'bun:test'
import { getTree } from '#shared/contract/tree.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { nanos, openOtlp, otlpSpan, spanId, traceId } from './open-otlp.ts'

// A span is sent when it ends: children come before their parents, the root comes last, and some never come.

const hub = await openOtlp()
afterAll(hub.stop)

const span = (
  trace: string,
  id: string,
  parent: string | null,
  from: number,
  to: number,
  more: object = {},
) =>
  otlpSpan(trace, {
    ...{ spanId: id, name: id, startTimeUnixNano: nanos(from), endTimeUnixNano: nanos(to) },
    ...(parent === null ? {} : { parentSpanId: parent }),
    ...more,
  })

const treeOf = async (project: TestProject, trace_id: string) => {
  const { rows } = await hub.ask(project, getTree, { params: { trace_id } })
  return rows.map(({ id, depth, orphan }) => `${'-'.repeat(depth)}${id}${orphan ? ' orphan' : ''}`)
}

const traceOf = async (project: TestProject, trace: string) => (await hub.traceOf(project, trace)).trace

const failed = { status: { code: 2, message: 'broke' } }

test('a trace is there from its first span, which stands at the top and says that its parent is missing', async () => {
  const project = await hub.mint()
  const [trace, leaf] = [traceId(), spanId()]
  await hub.send(project, [span(trace, leaf, spanId(), 1, 2)])
  expect(await treeOf(project, trace)).toEqual([`${leaf} orphan`])
  expect(await traceOf(project, trace)).toMatchObject({ total_spans: 1, status: 'running', end_time: null })
})

test('parents that come late take their children, from the leaf to the root', async () => {
  const project = await hub.mint()
  const trace = traceId()
  const [root, middle, leaf, other] = [spanId(), spanId(), spanId(), spanId()]
  await hub.send(project, [span(trace, leaf, middle, 3, 4), span(trace, other, root, 5, 6)])
  expect(await treeOf(project, trace)).toEqual([`${leaf} orphan`, `${other} orphan`])
  await hub.send(project, [span(trace, middle, root, 2, 5)])
  expect(await treeOf(project, trace)).toEqual([`${middle} orphan`, `-${leaf}`, `${other} orphan`])
  await hub.send(project, [span(trace, root, null, 1, 9)])
  expect(await treeOf(project, trace)).toEqual([root, `-${middle}`, `--${leaf}`, `-${other}`])
})

test('status, end and name are those of the root, whatever its children did and however long they took', async () => {
  const project = await hub.mint()
  const [trace, root] = [traceId(), spanId()]
  await hub.send(project, [span(trace, spanId(), root, 2, 20, failed)])
  expect(await traceOf(project, trace)).toMatchObject({ status: 'running', end_time: null, error_count: 1 })
  await hub.send(project, [span(trace, root, null, 1, 9)])
  expect(await traceOf(project, trace)).toMatchObject({
    ...{ status: 'success', name: root, duration_ms: 8000, error_count: 1, has_open_spans: false },
  })
})

test('a child that comes after the root changes neither status nor end', async () => {
  const project = await hub.mint()
  const [trace, root, late] = [traceId(), spanId(), spanId()]
  await hub.send(project, [span(trace, root, null, 1, 9)])
  await hub.send(project, [span(trace, late, root, 2, 30, failed)])
  expect(await traceOf(project, trace)).toMatchObject({
    status: 'success',
    duration_ms: 8000,
    error_count: 1,
  })
  expect(await treeOf(project, trace)).toEqual([root, `-${late}`])
})

test('of several roots the first to start speaks for the trace, also when it comes last', async () => {
  const project = await hub.mint()
  const [trace, early, late] = [traceId(), spanId(), spanId()]
  await hub.send(project, [span(trace, late, null, 5, 7)])
  expect(await traceOf(project, trace)).toMatchObject({ status: 'success', name: late })
  await hub.send(project, [span(trace, early, null, 1, 9, failed)])
  expect(await traceOf(project, trace)).toMatchObject({ status: 'error', name: early, duration_ms: 8000 })
})

test('one whose parent is in another process stands at the top until that is told, and is no root', async () => {
  const project = await hub.mint()
  const [trace, remote, server] = [traceId(), spanId(), spanId()]
  await hub.send(project, [span(trace, server, remote, 2, 3, failed)])
  expect(await traceOf(project, trace)).toMatchObject({ status: 'running' })
  await hub.send(project, [span(trace, remote, null, 1, 4)])
  expect(await traceOf(project, trace)).toMatchObject({ status: 'success', name: remote })
  expect(await treeOf(project, trace)).toEqual([remote, `-${server}`])
})

test('any order of arrival gives the same trace', async () => {
  const project = await hub.mint()
  const ids = [spanId(), spanId(), spanId(), spanId()] as const
  const shown = []
  for (const order of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [2, 0, 3, 1],
    [1, 3, 0, 2],
  ]) {
    const trace = traceId()
    const spans = [
      span(trace, ids[0], null, 1, 9),
      span(trace, ids[1], ids[0], 2, 8, failed),
      span(trace, ids[2], ids[1], 3, 4),
      span(trace, ids[3], ids[1], 5, 6),
    ]
    for (const at of order) await hub.send(project, [spans[at]])
    const { status, name, start_time, end_time, total_spans, error_count } = await traceOf(project, trace)
    shown.push({
      status,
      name,
      start_time,
      end_time,
      total_spans,
      error_count,
      tree: await treeOf(project, trace),
    })
  }
  expect(new Set(shown.map((one) => JSON.stringify(one))).size).toBe(1)
})

test('a circle of parents stands at the top once, and the trace still has the root that it has', async () => {
  const project = await hub.mint()
  const [trace, root, a, b] = [traceId(), spanId(), spanId(), spanId()]
  await hub.send(project, [span(trace, a, b, 2, 3), span(trace, b, a, 3, 4), span(trace, root, null, 1, 5)])
  expect(await treeOf(project, trace)).toEqual([root, a, `-${b}`])
  expect(await traceOf(project, trace)).toMatchObject({ status: 'success', name: root, total_spans: 3 })
})
