import type { IdRef, SpanValues } from '../../protocol/saying.ts'
import { LANGGRAPH_NODE } from '../../schema/span-types.ts'
import { ERROR, SUCCESS } from '../../schema/status.ts'
import { foldFirst, foldNext, packWinners, SPAN_FIELDS, type Folded } from '../../schema/merge.ts'
import type { Price } from '../../price.ts'
import type { Source } from '../sources.ts'

/** Where a cost came from; the number stands in `cost_source`. */
export const COST_SOURCES = ['client', 'project', 'catalogue'] as const
const CLIENT = 0
const CATALOGUE = 2

/** What of a span counts in its trace. */
export type Counted = {
  parent_key: string | null
  span_type: string | null
  ended: boolean
  failed: boolean
  start_time: number | null
  input_tokens: number
  output_tokens: number
  cost_nano: number | null
  bears: boolean
  usage_children: number
}

/** A span in the making. `before` is what its trace counted of it until now, null for a new span. */
export type SpanRow = {
  span: IdRef
  key_digest: bigint
  folded: Folded<SpanValues>
  cost_nano: number | null
  cost_source: number | null
  /** Direct children that bear usage, or have children that do. */
  usage_children: number
  before: Counted | null
  /** Whether this group says something of it, or only counts its children. */
  touched: boolean
}

export const isNode = (span_type: string | null): boolean => span_type === LANGGRAPH_NODE

/** What the row says of how a span stands: one that ended, and of which nobody said how, has succeeded. */
export const shownStatus = ({ status, end_time }: SpanValues): number | null =>
  status ?? (end_time === null ? null : SUCCESS)

/** The `winners` column; null while one saying gave every value of the row. */
export const shownWinners = ({ values, sources, winners }: SpanRow['folded']): Buffer | null =>
  sources.length > 1 || shownStatus(values) !== values.status ? packWinners(winners) : null

export function countedOf(row: SpanRow): Counted {
  const { values } = row.folded
  return {
    parent_key: values.parent_key,
    span_type: values.span_type,
    ended: values.end_time !== null,
    failed: values.status === ERROR,
    start_time: values.start_time,
    input_tokens: values.input_tokens ?? 0,
    output_tokens: values.output_tokens ?? 0,
    cost_nano: row.cost_nano,
    bears: values.input_tokens !== null || values.output_tokens !== null || row.cost_nano !== null,
    usage_children: row.usage_children,
  }
}

/**
 * A saying as the row can keep it: a span below another has no previews. Said nonetheless, they would win over others
 * here and, once the row is read back, would never have been.
 */
const kept = (values: SpanValues): SpanValues =>
  values.parent_key === null ? values : { ...values, input_preview: null, output_preview: null }

export function newRow(span: IdRef, source: Source, values: SpanValues): SpanRow {
  return {
    span,
    key_digest: source.digest,
    folded: foldFirst(SPAN_FIELDS, source, kept(values)),
    cost_nano: null,
    cost_source: null,
    usage_children: 0,
    before: null,
    touched: true,
  }
}

export function sayMore(row: SpanRow, source: Source, values: SpanValues): void {
  row.touched = true
  foldNext(SPAN_FIELDS, row.folded, source, kept(values))
}

/** A cost that the client sent stands; else the price list's for these tokens; else unknown, never zero. */
export function priceRow(row: SpanRow, price: Price): void {
  const { values } = row.folded
  const listed = values.cost_nano === null ? price(values) : null
  row.cost_nano = values.cost_nano ?? listed
  row.cost_source = values.cost_nano !== null ? CLIENT : listed !== null ? CATALOGUE : null
}
