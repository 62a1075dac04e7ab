import { Type as t } from '@sinclair/typebox'
import { Id, nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'
import { SearchHit } from './search-hit.ts'
import { TreeSpan } from './traces.ts'

/** A span where it stands in the tree of its trace. */
const TreeRow = t.Composite([
  TreeSpan,
  t.Object({
    depth: t.Integer(),
    has_children: t.Boolean(),
    collapsed: t.Boolean(),
    last_child: t.Boolean(),
    guides: t.Integer({
      description:
        'Bit n is set when the line of level n goes on below this row; levels from 19 on share one',
    }),
    descendants: t.Integer(),
    errors_below: t.Integer({ description: 'Failed spans among its descendants' }),
    self_ms: nullable(t.Number({ description: 'Its duration without the union of its children' })),
    on_critical_path: t.Boolean(),
    critical_ms: nullable(t.Number({ description: 'How long the span itself held the trace up' })),
    orphan: t.Boolean({ description: 'It names a parent that is not there' }),
    in_cycle: t.Boolean({ description: 'Its parents lead back to itself; it stands for them at the top' }),
  }),
])

/** Spans that a search found, in the order of the tree. */
const Hits = t.Object({
  total: t.Integer(),
  is_complete: t.Boolean({ description: 'False: the trace is larger than what one search reads' }),
  ids: t.Array(t.String(), { description: 'The first 200 of them' }),
  found: t.Array(SearchHit, { description: 'What the first 50 say' }),
})

export const getTree = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/traces/:trace_id/tree',
  summary:
    'Some rows of the tree of spans, without payloads; answers 304 to the ETag of what has not changed',
  tag: 'Traces',
  auth: 'read',
  params: t.Object({ trace_id: Id }),
  query: t.Object({
    from: t.Optional(
      t.Integer({
        minimum: 0,
        maximum: 1_000_000,
        description: 'First visible row; past the end, the last rows',
      }),
    ),
    n: t.Optional(t.Integer({ minimum: 1, maximum: 500, description: 'Rows at most; default 200' })),
    collapsed: t.Optional(
      t.String({ maxLength: 8192, description: 'Folded span ids, each percent-encoded, joined by commas' }),
    ),
    focus: t.Optional(
      t.String({
        maxLength: 255,
        format: 'printable',
        description: 'Without from: the rows around this span, or what it is folded into',
      }),
    ),
    search: t.Optional(
      t.String({
        maxLength: 256,
        format: 'printable',
        description:
          'Words or "a phrase" in the texts of spans, as in the search of the list; or a part of their name, type or error',
      }),
    ),
  }),
  response: t.Object({
    version: t.Integer(),
    total_spans: t.Integer(),
    spans_truncated: t.Boolean({ description: 'Only the first 200,000 spans by start are in the tree' }),
    visible_rows: t.Integer({ description: 'Rows that are not folded away' }),
    start_time: t.String({ description: 'The first start of the trace and its spans' }),
    end_time: t.String({ description: 'The last time that is known of the trace and its spans' }),
    next_error: nullable(
      t.String({
        description: 'The failed span after focus, or after the first row; after the last, the first',
      }),
    ),
    hits: nullable(Hits),
    from: t.Integer(),
    rows: t.Array(TreeRow),
  }),
})
