import { expect, test } from 'bun:test'
import { arrangeSpans, frameOf, type Span } from './arrange-spans.ts'

const DAY = '2026-02-07T10:00:'

const span = (
  id: string,
  parent: string | null,
  second: number | null,
  end: number | null = second,
): Span => ({
  id,
  parent_span_id: parent,
  name: id,
  span_type: 'task',
  status: 'success',
  start_time: second === null ? null : `${DAY}${String(second).padStart(2, '0')}Z`,
  end_time: end === null ? null : `${DAY}${String(end).padStart(2, '0')}Z`,
  duration_ms: null,
  error: null,
  model: null,
  provider: null,
  input_tokens: null,
  output_tokens: null,
  cache_read_tokens: null,
  reasoning_tokens: null,
  cost_usd: null,
  cost_source: null,
  node_id: null,
  node_name: null,
  node_type: null,
  node_visit: null,
  parent_node_ids: [],
  source_ref: null,
})

const drawn = (spans: Span[]) =>
  arrangeSpans(spans).map(({ span: { id }, depth }) => `${'-'.repeat(depth)}${id}`)

test('children stand under their parents in the order of their start, whatever order they came in', () => {
  const spans = [span('c', 'a', 3), span('d', 'b', 4), span('a', null, 1), span('b', 'a', 2)]
  expect(drawn(spans)).toEqual(['a', '-b', '--d', '-c'])
})

test('a span without a start stands after its siblings', () => {
  expect(drawn([span('late', 'a', null), span('a', null, 1), span('b', 'a', 9)])).toEqual([
    'a',
    '-b',
    '-late',
  ])
})

test('an orphan stands at the top and says so (W-68)', () => {
  const rows = arrangeSpans([span('a', null, 1), span('lost', 'never-came', 2), span('below', 'lost', 3)])
  expect(rows.map(({ span: { id }, depth, mark }) => [id, depth, mark])).toEqual([
    ['a', 0, null],
    ['lost', 0, 'orphan'],
    ['below', 1, null],
  ])
})

test('a span that is its own parent, and a circle of parents, are each shown once (W-68)', () => {
  const rows = arrangeSpans([
    span('self', 'self', 1),
    span('one', 'three', 2),
    span('two', 'one', 3),
    span('three', 'two', 4),
  ])
  expect(rows.map(({ span: { id }, depth, mark }) => [id, depth, mark])).toEqual([
    ['self', 0, 'cycle'],
    ['one', 0, 'cycle'],
    ['two', 1, null],
    ['three', 2, null],
  ])
})

test('a UUID and its bare hex form are the same parent', () => {
  const id = '22222222-2222-2222-2222-222222222222'
  expect(drawn([span(id, null, 1), span('child', id.replaceAll('-', ''), 2)])).toEqual([id, '-child'])
})

test('a chain of 10,000 spans is arranged without running out of stack', () => {
  const chain = Array.from({ length: 10_000 }, (_, at) => span(`s${at}`, at === 0 ? null : `s${at - 1}`, 1))
  const rows = arrangeSpans(chain)
  expect(rows.length).toBe(10_000)
  expect(rows.at(-1)?.depth).toBe(9999)
})

test('the frame of a trace ends with the last thing known, not with now and not with 1970 (W-66)', () => {
  const trace = { start_time: `${DAY}00Z`, end_time: null }
  const frame = frameOf([span('open', null, 1, null), span('done', null, 2, 4)], trace)
  expect(frame).toEqual({ from: Date.parse(`${DAY}01Z`), to: Date.parse(`${DAY}04Z`) })
  expect(frameOf([], trace)).toEqual({ from: Date.parse(`${DAY}00Z`), to: Date.parse(`${DAY}00Z`) + 1 })
})
