import { Type as t } from '@sinclair/typebox'
import { nullable } from '../schema/scalars.ts'

const Text = nullable(t.String())

/** A part of a text around what was found; `marks` are offsets into `text`, in UTF-16 code units. */
const Snippet = t.Object({
  scope: t.Union([t.Literal('input'), t.Literal('output'), t.Literal('error'), t.Literal('name')]),
  text: t.String(),
  marks: t.Array(t.Object({ from: t.Integer(), to: t.Integer() })),
})

/** What was found in a span, or in the trace's own words. */
export const SearchHit = t.Object({
  span_id: nullable(t.String({ description: 'Null: the trace itself says it' })),
  name: Text,
  span_type: Text,
  snippets: t.Array(Snippet),
})
