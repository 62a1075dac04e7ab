import type { AlertFilter, Metric } from '#shared/contract/alerts.ts'
import { ERROR, RUNNING } from '#shared/schema/status.ts'
import { arrayLiteral } from '#shared/store/array-literal.ts'
import type { Sql, Transaction } from '#shared/store/connect.ts'

/** A stretch of time, `until` left out. */
export type Stretch = { from: number; until: number }

type Client = Sql | Transaction
type Fragment = ReturnType<Client>
type Measured = { value: number | null }

/** Gives the figure of each stretch, null where there was nothing to measure. */
type Measure = (
  sql: Client,
  project_no: number,
  filter: AlertFilter,
  stretches: Stretch[],
) => Promise<(number | null)[]>

const written = (times: number[]) => arrayLiteral(times.map((at) => new Date(at).toISOString()))

/** The stretches as rows; each becomes one range of an index. */
const rowsOf = (sql: Client, stretches: Stretch[]) => sql`
  unnest(${written(stretches.map(({ from }) => from))}::text::timestamptz[],
    ${written(stretches.map(({ until }) => until))}::text::timestamptz[]) with ordinality w("from", until, place)`

const same = (sql: Client, column: Fragment, value: string | undefined) =>
  value === undefined ? sql`` : sql`and ${column} = ${value}`

/** Measures traces by an aggregate over those of each stretch. */
const ofTraces =
  (aggregate: (sql: Client) => Fragment): Measure =>
  async (sql, project_no, { name, model, environment, release }, stretches) => {
    const rows = await sql<Measured[]>`
      select m.value::float8 value from ${rowsOf(sql, stretches)}
      cross join lateral (
        select ${aggregate(sql)} as value from traces t
        where t.project_no = ${project_no} and t.start_time >= w.from and t.start_time < w.until
          ${same(sql, sql`t.name`, name)} ${same(sql, sql`t.model`, model)}
          ${same(sql, sql`t.environment`, environment)} ${same(sql, sql`t.release`, release)}) m
      order by w.place`
    return rows.map(({ value }) => value)
  }

const escalationRate: Measure = async (sql, project_no, { policy, rule }, stretches) => {
  const rows = await sql<Measured[]>`
    select m.value::float8 value from ${rowsOf(sql, stretches)}
    cross join lateral (
      select 100.0 * count(*) filter (where d.action = 'ESCALATE') / nullif(count(*), 0) as value from decisions d
      where d.project_no = ${project_no} and d.created_at >= w.from and d.created_at < w.until
        ${same(sql, sql`d.policy_name`, policy)} ${same(sql, sql`d.rule`, rule)}) m
    order by w.place`
  return rows.map(({ value }) => value)
}

const slaBreaches: Measure = async (sql, project_no, { policy, rule }, stretches) => {
  const rows = await sql<Measured[]>`
    select m.value::float8 value from ${rowsOf(sql, stretches)}
    cross join lateral (
      select count(*) as value from case_history h join cases c using (case_id)
      where h.project_no = ${project_no} and h.event = 'sla_breached' and h.at >= w.from and h.at < w.until
        ${same(sql, sql`c.policy_name`, policy)} ${same(sql, sql`c.rule`, rule)}) m
    order by w.place`
  return rows.map(({ value }) => value)
}

/** How each metric is measured. A cost that nobody knows is no data, and not zero. */
export const MEASURES: Record<Metric, Measure> = {
  error_rate: ofTraces(
    (sql) => sql`100.0 * count(*) filter (where t.status = ${ERROR})
      / nullif(count(*) filter (where t.status <> ${RUNNING}), 0)`,
  ),
  p95_latency: ofTraces(
    (
      sql,
    ) => sql`1000 * percentile_disc(0.95) within group (order by extract(epoch from t.end_time - t.start_time))
      filter (where t.status <> ${RUNNING} and t.end_time is not null)`,
  ),
  cost: ofTraces((sql) => sql`case when count(*) = 0 then 0 else sum(t.cost_nano) / 1e9 end`),
  escalation_rate: escalationRate,
  sla_breaches: slaBreaches,
}
