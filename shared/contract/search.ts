import { Type as t } from '@sinclair/typebox'
import { nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'
import { SearchHit } from './search-hit.ts'
import { filters } from './trace-filters.ts'
import { TraceInList } from './traces.ts'

const Text = nullable(t.String())

export const search = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/search',
  summary: 'Search the texts of all spans, newest first',
  tag: 'Search',
  auth: 'read',
  query: t.Object({
    ...filters,
    q: t.String({
      minLength: 1,
      maxLength: 2048,
      description:
        'Words that must all be there, "an exact phrase", -not, begin*, and input: output: error: name: before any of them; beside them the conditions of the list, like status:error. name: here is the name of a span or trace',
    }),
    limit: t.Optional(t.Integer({ minimum: 1, maximum: 100, description: 'Spans on a page; default 50' })),
    cursor: t.Optional(t.String({ maxLength: 200, description: 'next_cursor of the page before' })),
  }),
  response: t.Object({
    items: t.Array(t.Object({ trace: TraceInList, hits: t.Array(SearchHit) }), {
      description: 'The spans of this page by their traces; a trace can come again on a later page',
    }),
    total: nullable(t.Integer({ description: 'Spans found, on the first page only' })),
    total_capped: t.Boolean({ description: 'There are at least as many; they were not all counted' }),
    is_complete: t.Boolean({
      description: 'False: time ran out before this page was full; next_cursor goes on from there',
    }),
    next_cursor: Text,
  }),
})
