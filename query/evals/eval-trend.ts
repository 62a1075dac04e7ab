import { remember } from '#shared/cache/remember.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import * as contract from '#shared/contract/evals.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import { dayOf } from '#shared/time.ts'
import { projectOf } from '../project-of.ts'

const DAYS = 14
const NAMES = 50
const DAY_MS = 86_400_000
const SHARED_MS = 2000
/** The mean of larger scores leaves what a double can hold. */
const LARGEST = 1e100

type Trend = Output<typeof contract.evalTrend>
type Name = Trend['names'][number]

type Row = {
  name: string
  day: string
  count: number
  passed: number
  scored: number
  mean_score: number | null
  reviewed: number
  overturned: number
}

const sum = (rows: Row[], of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0)

/** The days of a name together, with those on which nothing was evaluated. */
function showName(eval_name: string, rows: Row[], days: string[]): Name {
  const count = sum(rows, (row) => row.count)
  const passed = sum(rows, (row) => row.passed)
  const scored = sum(rows, (row) => row.scored)
  const on = new Map(rows.map((row) => [row.day, row]))
  return {
    eval_name,
    count,
    passed,
    pass_rate: count === 0 ? null : passed / count,
    mean_score: scored === 0 ? null : sum(rows, (row) => (row.mean_score ?? 0) * (row.scored / scored)),
    reviewed: sum(rows, (row) => row.reviewed),
    overturned: sum(rows, (row) => row.overturned),
    days: days.map((day) => {
      const row = on.get(day)
      return { day, count: row?.count ?? 0, passed: row?.passed ?? 0, mean_score: row?.mean_score ?? null }
    }),
  }
}

async function countDays({ database }: Deps, project_no: number, days: string[]): Promise<Trend> {
  const [first_day = '', last_day = ''] = [days[0], days.at(-1)]
  const rows = await database.read<Row[]>`
    select name, (created_at at time zone 'UTC')::date::text as day, count(*)::int as count,
      (count(*) filter (where passed))::int as passed,
      (count(*) filter (where abs(score) < ${LARGEST}::float8))::int as scored,
      avg(score) filter (where abs(score) < ${LARGEST}::float8) as mean_score,
      count(user_review_passed)::int as reviewed,
      (count(*) filter (where user_review_passed <> passed))::int as overturned
    from evals
    where project_no = ${project_no} and created_at >= ${`${first_day}T00:00:00Z`}::text::timestamptz
    group by 1, 2`
  const names = [...Map.groupBy(rows, ({ name }) => name)].map(([name, own]) => showName(name, own, days))
  const sorted = names.toSorted((a, b) => b.count - a.count || (a.eval_name < b.eval_name ? -1 : 1))
  return { first_day, last_day, names_total: names.length, names: sorted.slice(0, NAMES) }
}

/** `GET /api/v1/evals/trend`. Those who ask the same within two seconds share one answer. */
export const evalTrend = (deps: Deps): Route =>
  serve(contract.evalTrend, async ({ query, principal }) => {
    const { project_no, project_id } = projectOf(principal)
    const last = query.last_days ?? DAYS
    const now_ms = deps.clock()
    const days = Array.from({ length: last }, (_, at) => dayOf((now_ms - (last - 1 - at) * DAY_MS) * 1000))
    const key = `eval-trend.v1:${project_id}:${days[0]}:${last}`
    return remember(deps.cache, { key, ttl_ms: SHARED_MS, schema: contract.evalTrend.response }, () =>
      countDays(deps, project_no, days),
    )
  })
