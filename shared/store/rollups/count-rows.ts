import type { Transaction } from '../connect.ts'
import { arrayLiteral } from '../array-literal.ts'
import { ERROR, RUNNING } from '../../schema/status.ts'
import { writeTime } from '../../time.ts'
import { addModel, addTo, noSpans, noTraces, type SpanFigures, type TraceFigures } from './figures.ts'
import { LN_GAMMA } from './sketch.ts'

/** A stretch of start times in microseconds, `until` left out. */
export type Piece = { since: number; until: number }

type CountedTraces = {
  piece: number
  by: number
  status: number
  action: string | null
  environment: string | null
  bucket: number | null
  traces: number
  input_tokens: number
  output_tokens: number
  cost_nano: number
  costed: number
  first_day: string
  last_day: string
}

/** What `grouping` says of the set that a row belongs to: the column that is not rolled up. */
const BY = { status: 0b0111, action: 0b1011, environment: 0b1101, bucket: 0b1110 } as const

const literals = (pieces: Piece[]) => ({
  since: arrayLiteral(pieces.map(({ since }) => writeTime(since))),
  until: arrayLiteral(pieces.map(({ until }) => writeTime(until))),
})

function take(figures: TraceFigures, row: CountedTraces): void {
  if (row.by === BY.action && row.action !== null) addTo(figures.decisions, row.action, row.traces)
  if (row.by === BY.environment && row.environment !== null)
    addTo(figures.environments, row.environment, row.traces)
  if (row.by === BY.bucket && row.bucket !== null) figures.latency.add(row.bucket, row.traces)
  if (row.by !== BY.status) return
  figures.statuses[row.status] = row.traces
  figures.input_tokens += row.input_tokens
  figures.output_tokens += row.output_tokens
  figures.cost_nano += row.cost_nano
  figures.costed += row.costed
}

/**
 * Counts the traces that started in each of some pieces, and says between which days their spans lie. The `offset 0` makes
 * each piece one range of an index: a join would be planned as one pass over all traces of the project.
 */
export async function countTraces(
  sql: Transaction,
  project_no: number,
  pieces: Piece[],
): Promise<{ figures: TraceFigures[]; first_day: string | null; last_day: string | null }> {
  const figures = pieces.map(noTraces)
  if (pieces.length === 0) return { figures, first_day: null, last_day: null }
  const { since, until } = literals(pieces)
  const rows = await sql<CountedTraces[]>`
    select p.piece::int piece, grouping(t.status, d.action, t.environment, d.bucket) "by",
      t.status, d.action, t.environment, d.bucket, count(*)::float8 traces,
      sum(t.input_tokens)::float8 input_tokens, sum(t.output_tokens)::float8 output_tokens,
      sum(t.cost_nano)::float8 cost_nano, sum(t.costed_spans)::float8 costed,
      min(t.trace_day)::text first_day, max(t.trace_day)::text last_day
    from unnest(${since}::text::timestamptz[], ${until}::text::timestamptz[]) with ordinality p(since, until, piece)
    cross join lateral (
      select * from traces t
      where t.project_no = ${project_no} and t.start_time >= p.since and t.start_time < p.until
      offset 0) t
    cross join lateral (select t.decision ->> 'action' action,
      case when t.status = ${RUNNING} or t.end_time is null then null when t.end_time <= t.start_time then 0
        else ceil(ln(extract(epoch from t.end_time - t.start_time)::float8 * 1e6) / ${LN_GAMMA}::float8)::int + 1
      end bucket) d
    group by grouping sets ((p.piece, t.status), (p.piece, d.action), (p.piece, t.environment), (p.piece, d.bucket))`
  for (const row of rows) {
    const own = figures[row.piece - 1]
    if (own) take(own, row)
  }
  const days = rows.flatMap(({ first_day, last_day }) => [first_day, last_day]).toSorted()
  return { figures, first_day: days.at(0) ?? null, last_day: days.at(-1) ?? null }
}

/** A count of spans, of a type or of a model. */
export type CountedSpans = {
  is_type: boolean
  span_type: string
  model: string | null
  spans: number
  errors: number
  bearing: number
  input_tokens: number | null
  output_tokens: number | null
  cost_nano: number | null
}

/** What is counted of spans `s` that are grouped by type and by model. */
export const spanCounts = (sql: Transaction) => sql`
  grouping(s.model) = 1 is_type, coalesce(s.span_type, 'span') span_type, s.model, count(*)::float8 spans,
  count(*) filter (where s.status = ${ERROR})::float8 errors,
  count(*) filter (where s.usage_children = 0
    and coalesce(s.input_tokens, s.output_tokens, s.cost_nano) is not null)::float8 bearing,
  sum(s.input_tokens) filter (where s.usage_children = 0)::float8 input_tokens,
  sum(s.output_tokens) filter (where s.usage_children = 0)::float8 output_tokens,
  sum(s.cost_nano) filter (where s.usage_children = 0)::float8 cost_nano`

/** Adds a count to others. */
export function addSpans(figures: SpanFigures, counted: CountedSpans): void {
  const { is_type, span_type, model, spans, errors, bearing, input_tokens, output_tokens, cost_nano } =
    counted
  const usage = { input_tokens, output_tokens, cost_nano }
  if (is_type) addTo(figures.span_types, span_type, spans)
  else if (model !== null) addModel(figures, model, { ...usage, spans, errors })
  else if (bearing > 0) addModel(figures, null, { ...usage, spans: bearing, errors: 0 })
}

/**
 * Counts the spans of the traces that started in some pieces, looking only at the partitions of these days. Again
 * `offset 0` keeps the planner, which cannot know how few traces a piece has, from reading whole days instead of them. The
 * days are of type date as they come: a cast from text would be done too late to leave other partitions unplanned.
 */
export async function countSpans(
  sql: Transaction,
  project_no: number,
  pieces: Piece[],
  days: { first_day: string | null; last_day: string | null },
): Promise<SpanFigures> {
  const figures = noSpans()
  if (pieces.length === 0 || days.first_day === null) return figures
  const { since, until } = literals(pieces)
  const rows = await sql<CountedSpans[]>`
    select ${spanCounts(sql)}
    from unnest(${since}::text::timestamptz[], ${until}::text::timestamptz[]) p(since, until)
    cross join lateral (
      select t.trace_no, t.trace_day from traces t
      where t.project_no = ${project_no} and t.start_time >= p.since and t.start_time < p.until
      offset 0) t
    cross join lateral (
      select * from spans s
      where s.project_no = ${project_no} and s.trace_no = t.trace_no and s.trace_day = t.trace_day
        and s.trace_day between ${days.first_day}::date and ${days.last_day}::date
      offset 0) s
    group by grouping sets ((coalesce(s.span_type, 'span')), (s.model))`
  for (const row of rows) addSpans(figures, row)
  return figures
}
