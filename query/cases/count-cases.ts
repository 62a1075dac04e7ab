import type postgres from 'postgres'
import type { Deps } from '#shared/service.ts'

const DAY_MS = 86_400_000

type Counted = { status: string; severity: number; n: number; overdue: number; old: number }

/** How many cases of a project there are now, whatever was asked besides. */
export type Counts = {
  by_status: Record<string, number>
  /** Of those that are not resolved. */
  by_severity: Map<number, number>
  overdue: number
  overdue_open_24h: number
}

/** Those that are not resolved are few, and an index has them. */
const countUnresolved = (sql: postgres.ISql, project_no: number, now: number) => sql<Counted[]>`
  select status, severity, count(*)::int as n, (count(*) filter (where due_at < ${new Date(now)}))::int as overdue,
    (count(*) filter (where status = 'open' and created_at < ${new Date(now - DAY_MS)}))::int as old
  from cases where project_no = ${project_no} and status <> 'resolved' group by status, severity`

/** More than this are counted at most once in ten seconds: it takes some 30 ms for 100,000. */
const MANY = 10_000
const KEPT_MS = 10_000

async function countResolved({ database, cache }: Deps, project_no: number): Promise<number> {
  const key = `cases.resolved.v1:${project_no}`
  const known = Number((await cache.get(key)) ?? Number.NaN)
  if (Number.isSafeInteger(known)) return known
  const [row] = await database.read<{ n: number }[]>`
    select count(*)::int as n from cases where project_no = ${project_no} and status = 'resolved'`
  const n = row?.n ?? 0
  if (n > MANY) await cache.set(key, String(n), KEPT_MS)
  return n
}

/** Counts the cases of a project; more than 10,000 resolved ones are up to ten seconds old. */
export async function countCases(deps: Deps, project_no: number, now: number): Promise<Counts> {
  const [rows, resolved] = await Promise.all([
    countUnresolved(deps.database.read, project_no, now),
    countResolved(deps, project_no),
  ])
  const counts: Counts = { by_status: {}, by_severity: new Map(), overdue: 0, overdue_open_24h: 0 }
  for (const { status, severity, n, overdue, old } of rows) {
    counts.by_status[status] = (counts.by_status[status] ?? 0) + n
    counts.by_severity.set(severity, (counts.by_severity.get(severity) ?? 0) + n)
    counts.overdue += overdue
    counts.overdue_open_24h += old
  }
  if (resolved > 0) counts.by_status['resolved'] = resolved
  return counts
}
