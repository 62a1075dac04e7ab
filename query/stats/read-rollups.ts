import { Type as t } from '@sinclair/typebox'
import { checkOf } from '#shared/schema/check.ts'
import { nullable } from '#shared/schema/scalars.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { addModel, addTo, type SpanFigures, type TraceFigures } from '#shared/store/rollups/figures.ts'
import { writeTime } from '#shared/time.ts'

const Known = nullable(t.Number())
const Models = checkOf(t.Array(t.Tuple([nullable(t.String()), t.Number(), t.Number(), Known, Known, Known])))

type Counts = Record<string, number>

/** The figures of an hour as they stand in the table; the hour in microseconds since 1970. */
export type Rollup = {
  hour: number
  statuses: number[]
  input_tokens: number
  output_tokens: number
  cost_nano: number
  costed: number
  latency: Uint8Array
  decisions: Counts
  environments: Counts
  /** Read only when asked for: they are most of the row. */
  span_types?: Counts
  models?: unknown
}

/** Whole hours, `until` left out, and whether the figures of the spans are wanted too. */
type Hours = { project_no: number; since: number; until: number; with_spans: boolean }

/** What is known of some whole hours, without those that changed since they were counted, and which these are. */
export async function readRollups(
  sql: Transaction,
  { project_no, since, until, with_spans }: Hours,
): Promise<{ rollups: Rollup[]; marked: Set<number> }> {
  const [rollups, marks] = await Promise.all([
    sql<Rollup[]>`
      select (extract(epoch from hour) * 1000000)::float8 "hour", statuses, input_tokens::float8, output_tokens::float8,
        cost_nano::float8, costed::float8, latency, decisions, environments
        ${with_spans ? sql`, span_types, models` : sql``}
      from rollups
      where project_no = ${project_no} and hour >= ${writeTime(since)}::text::timestamptz
        and hour < ${writeTime(until)}::text::timestamptz`,
    sql<{ hour: number }[]>`
      select distinct (extract(epoch from hour) * 1000000)::float8 "hour" from rollup_marks
      where project_no = ${project_no} and hour >= ${writeTime(since)}::text::timestamptz
        and hour < ${writeTime(until)}::text::timestamptz`,
  ])
  const marked = new Set(marks.map(({ hour }) => hour))
  return { rollups: rollups.filter(({ hour }) => !marked.has(hour)), marked }
}

/** Adds what is known of the traces of an hour. */
export function addRollup(sum: TraceFigures, rollup: Rollup): void {
  rollup.statuses.forEach((count, status) => {
    sum.statuses[status] = (sum.statuses[status] ?? 0) + count
  })
  sum.input_tokens += rollup.input_tokens
  sum.output_tokens += rollup.output_tokens
  sum.cost_nano += rollup.cost_nano
  sum.costed += rollup.costed
  for (const [name, count] of Object.entries(rollup.decisions)) addTo(sum.decisions, name, count)
  for (const [name, count] of Object.entries(rollup.environments)) addTo(sum.environments, name, count)
  sum.latency.mergePacked(rollup.latency)
}

/** Adds what is known of the spans of an hour, if it was read. */
export function addRolledSpans(sum: SpanFigures, { span_types, models }: Rollup): void {
  if (span_types === undefined) return
  for (const [name, count] of Object.entries(span_types)) addTo(sum.span_types, name, count)
  if (!Models.Check(models)) throw new Error('a rollup holds models that it should not')
  for (const [model, spans, errors, input_tokens, output_tokens, cost_nano] of models) {
    addModel(sum, model, { spans, errors, input_tokens, output_tokens, cost_nano })
  }
}
