import type postgres from 'postgres'
import type { AmountField, Feature, TextField } from '#shared/filter/fields.ts'
import type { Pattern, Range, Term } from '#shared/filter/term.ts'
import { idKey } from '#shared/ids.ts'
import { statusCode } from '#shared/schema/status.ts'
import { arrayLiteral } from '#shared/store/array-literal.ts'
import { escapeLike } from './like-text.ts'
import { mayGoOnRow, staleBefore } from './show-trace.ts'
import { timestamp } from './timestamp.ts'

type Sql = postgres.ISql
type Condition = postgres.PendingQuery<postgres.Row[]>

/** What was sent decomposed stands so in its row, while a filter is always composed. */
const bothForms = (text: string): string[] => [...new Set([text, text.normalize('NFD')])]

const texts = (sql: Sql, values: string[]) => sql`${arrayLiteral(values)}::text::text[]`

const likePattern = (pieces: Pattern): string => pieces.map(escapeLike).join('%')

/** Whether a text is one of those without gaps, or fits one with them. */
function among(sql: Sql, said: Condition, patterns: Pattern[]): Condition {
  const exact = patterns.flatMap(([first = '', ...rest]) => (rest.length ? [] : bothForms(first)))
  const loose = patterns
    .filter(({ length }) => length > 1)
    .flatMap((pieces) => bothForms(likePattern(pieces)))
  if (loose.length === 0) {
    const [only = ''] = exact
    // An index that also keeps the order is only used for a single value.
    return exact.length === 1 ? sql`${said} = ${only}` : sql`${said} = any(${texts(sql, exact)})`
  }
  const fits = sql`${said} like any(${texts(sql, loose)})`
  return exact.length === 0 ? fits : sql`(${said} = any(${texts(sql, exact)}) or ${fits})`
}

function ofStates(sql: Sql, values: Pattern[], now_ms: number): Condition {
  const names = values.map(([name = '']) => name)
  const codes = names.flatMap((name) => statusCode(name) ?? [])
  const stale = sql`(status = 0 and ${mayGoOnRow(sql)} and updated_at < ${timestamp(sql, staleBefore(now_ms))})`
  if (codes.length === 0) return stale
  // States that have an index of their own stand in the text, so that every plan can use it.
  const [only] = codes
  const is_one = codes.length === 1
  const known =
    is_one && only === 0
      ? sql`status = 0`
      : is_one && only === 2
        ? sql`status = 2`
        : sql`status = any(${arrayLiteral(codes)}::text::smallint[])`
  return names.includes('stale') ? sql`(${known} or ${stale})` : known
}

function ofTags(sql: Sql, values: Pattern[]): Condition {
  return sql`exists (select from unnest(t.tags) as said (tag) where ${among(sql, sql`said.tag`, values)})`
}

function ofIds(sql: Sql, values: Pattern[]): Condition {
  const whole = values.flatMap(([first = '', ...rest]) => (rest.length ? [] : [idKey(first)]))
  const keys = sql`(trace_key = any(${texts(sql, whole)}) or ${among(sql, sql`external_id`, values)})`
  const loose = values.filter(({ length }) => length > 1)
  if (loose.length === 0) return keys
  const shown = sql`(case id_form when 1 then trace_key::uuid::text else coalesce(trace_id, trace_key) end)`
  return sql`(${keys} or ${among(sql, sql`trace_key`, loose)} or ${among(sql, shown, loose)})`
}

const ofSpanTypes = (sql: Sql, project_no: number, values: Pattern[]): Condition => sql`
  exists (select from spans s where s.project_no = ${project_no} and s.trace_no = t.trace_no
    and s.trace_day = t.trace_day and ${among(sql, sql`s.span_type`, values)})`

const upperCase = (values: Pattern[]) => values.map((pieces) => pieces.map((piece) => piece.toUpperCase()))

type Asked = { project_no: number; now_ms: number }
type Reader = (sql: Sql, values: Pattern[], asked: Asked) => Condition

const column =
  (name: 'model' | 'environment' | 'user_id' | 'session_id' | 'name' | 'release'): Reader =>
  (sql, values) =>
    among(sql, sql`${sql(name)}`, values)

const TEXTS: Record<TextField, Reader> = {
  status: (sql, values, { now_ms }) => ofStates(sql, values, now_ms),
  model: column('model'),
  env: column('environment'),
  user: column('user_id'),
  session: column('session_id'),
  name: column('name'),
  release: column('release'),
  tag: ofTags,
  id: ofIds,
  type: (sql, values, { project_no }) => ofSpanTypes(sql, project_no, values),
  decision: (sql, values) =>
    sql`(decision is not null and ${among(sql, sql`upper(decision->>'action')`, upperCase(values))})`,
}

const AMOUNTS: Record<AmountField, (sql: Sql) => Condition> = {
  latency: (sql) => sql`(case when end_time >= start_time
    then extract(epoch from end_time - start_time) * 1000000 end)`,
  cost: (sql) => sql`(case when costed_spans > 0 then cost_nano end)`,
  tokens: (sql) => sql`(input_tokens + output_tokens)`,
  spans: (sql) => sql`total_spans`,
  errors: (sql) => sql`error_count`,
}

function within(sql: Sql, amount: Condition, { min, max, min_open, max_open }: Range): Condition {
  const least = min === null ? sql`true` : sql`${amount} ${min_open ? sql`>` : sql`>=`} ${min}::text::bigint`
  const most = max === null ? sql`true` : sql`${amount} ${max_open ? sql`<` : sql`<=`} ${max}::text::bigint`
  return sql`(${least} and ${most})`
}

const FEATURES: Record<Feature, (sql: Sql) => Condition> = {
  error: (sql) => sql`(error_count > 0 or status = 2)`,
  cost: (sql) => sql`costed_spans > 0`,
  tokens: (sql) => sql`input_tokens + output_tokens > 0`,
  user: (sql) => sql`user_id is not null`,
  session: (sql) => sql`session_id is not null`,
  tag: (sql) => sql`cardinality(tags) > 0`,
  decision: (sql) => sql`decision is not null`,
  review: (sql) => sql`user_review_passed is not null`,
  open: (sql) => sql`total_spans > ended_spans`,
}

const either = (sql: Sql, conditions: Condition[]): Condition =>
  conditions.reduce((sum, condition) => sql`${sum} or ${condition}`)

function conditionOf(sql: Sql, term: Exclude<Term, { kind: 'text' }>, asked: Asked): Condition {
  if (term.kind === 'is') return TEXTS[term.field](sql, term.values, asked)
  const alternatives =
    term.kind === 'has'
      ? term.features.map((feature) => FEATURES[feature](sql))
      : term.ranges.map((range) => within(sql, AMOUNTS[term.field](sql), range))
  return either(sql, alternatives)
}

/** The conditions of a filter on the row `t` of a trace, each as `and …`; what is not known is not so. */
export const matchTerms = (sql: Sql, terms: Term[], asked: Asked): Condition =>
  terms.reduce(
    (sum, term) => {
      if (term.kind === 'text') return sum
      const condition = conditionOf(sql, term, asked)
      return sql`${sum} and (${condition})${term.negated ? sql` is not true` : sql``}`
    },
    sql``,
  )

/**
 * The literal text anywhere in the names and ids of a trace, in any case, and with `with_previews` in the beginnings of its
 * texts; the texts of a filter, each as `and …`.
 */
export const matchTexts = (sql: Sql, terms: Term[], with_previews: boolean): Condition =>
  terms.reduce(
    (sum, term) => {
      if (term.kind !== 'text') return sum
      if (term.scope && !with_previews && !term.negated) return sql`${sum} and false`
      const patterns = texts(
        sql,
        bothForms(term.text).map((text) => `%${escapeLike(text)}%`),
      )
      const said = sql`(
      name ilike any(${patterns}) or trace_key ilike any(${patterns}) or external_id ilike any(${patterns})
      or (case id_form when 1 then trace_key::uuid::text else trace_id end) ilike any(${patterns})
      or user_id ilike any(${patterns}) or session_id ilike any(${patterns})
      ${with_previews ? sql`or input_preview ilike any(${patterns}) or output_preview ilike any(${patterns})` : sql``})`
      return sql`${sum} and ${said}${term.negated ? sql` is not true` : sql``}`
    },
    sql``,
  )
