import type postgres from 'postgres'
import * as contract from '#shared/contract/cases.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { severityName } from '#shared/schema/case-words.ts'
import type { Deps } from '#shared/service.ts'
import { projectOf } from '../project-of.ts'
import { countCases } from './count-cases.ts'

const DAYS = 30
const DAY_MS = 86_400_000
/** What cases count as that were resolved without a word of what they were. */
const UNLABELLED = 'unlabelled'

type Told = { event: string; n: number; mean: number | null }

/** What happened to cases since then: how often, and how long after it was opened. */
const readEvents = (sql: postgres.ISql, project_no: number, since: Date) => sql<Told[]>`
  select event, count(*)::int as n, avg((detail ->> 'after_seconds')::float8) as mean
  from case_history
  where project_no = ${project_no} and at >= ${since}
    and event in ('opened', 'acknowledged', 'resolved', 'sla_breached')
  group by event`

const readOutcomes = (sql: postgres.ISql, project_no: number, since: Date) =>
  sql<{ outcome: string; n: number }[]>`
  select coalesce(outcome, ${UNLABELLED}) as outcome, count(*)::int as n from cases
  where project_no = ${project_no} and status = 'resolved' and resolved_at >= ${since}
  group by 1 order by 1`

/** `GET /api/v1/cases/stats`. */
export const caseStats = (deps: Deps): Route =>
  serve(contract.caseStats, async ({ query, principal }) => {
    const { project_no } = projectOf(principal)
    const sql = deps.database.read
    const now = deps.clock()
    const since = new Date(now - (query.last_days ?? DAYS) * DAY_MS)
    const [counts, events, outcomes] = await Promise.all([
      countCases(deps, project_no, now),
      readEvents(sql, project_no, since),
      readOutcomes(sql, project_no, since),
    ])
    const told = (name: string) => events.find(({ event }) => event === name)
    const by_outcome = Object.fromEntries(outcomes.map(({ outcome, n }) => [outcome, n]))
    const resolved = outcomes.reduce((sum, { n }) => sum + n, 0)
    const labelled = resolved - (by_outcome[UNLABELLED] ?? 0)
    return {
      by_status: counts.by_status,
      by_severity: Object.fromEntries([...counts.by_severity].map(([rank, n]) => [severityName(rank), n])),
      overdue: counts.overdue,
      overdue_open_24h: counts.overdue_open_24h,
      opened: told('opened')?.n ?? 0,
      resolved,
      by_outcome,
      false_positive_rate: labelled === 0 ? null : (by_outcome['false_positive'] ?? 0) / labelled,
      breached: told('sla_breached')?.n ?? 0,
      mean_seconds_to_acknowledge: told('acknowledged')?.mean ?? null,
      mean_seconds_to_resolve: told('resolved')?.mean ?? null,
    }
  })
