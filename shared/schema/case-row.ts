import type postgres from 'postgres'
import type { Case } from '../contract/cases.ts'
import { shownId } from '../ids.ts'
import { writeTime } from '../time.ts'
import { isCaseOutcome, isCaseStatus, severityName } from './case-words.ts'

/** A row of `cases` as it is shown; times in microseconds since 1970. */
export type CaseRow = {
  case_id: string
  decision_id: string
  policy_id: string | null
  created_at: number
  updated_at: number
  last_seen_at: number
  ack_due_at: number
  resolve_due_at: number
  due_at: number | null
  acknowledged_at: number | null
  resolved_at: number | null
  occurrences: number
  suppressed: number
  version: number
  severity: number
  regression: boolean
  status: string
  outcome: string | null
  assignee: string | null
  id_form: number
  trace_key: string
  trace_id: string | null
  trace_expired: boolean
  reason_code: string
  rule: string | null
  policy_name: string
  grouping: Record<string, unknown>
}

/** The columns of a CaseRow; the table is named `c`. */
export const caseColumns = (sql: postgres.ISql) => {
  const micros = (column: string) =>
    sql`(extract(epoch from c.${sql(column)}) * 1000000)::float8 as ${sql(column)}`
  return sql`
  c.case_id, c.decision_id, c.policy_id, ${micros('created_at')}, ${micros('updated_at')},
  ${micros('last_seen_at')}, ${micros('ack_due_at')}, ${micros('resolve_due_at')}, ${micros('due_at')},
  ${micros('acknowledged_at')}, ${micros('resolved_at')}, c.occurrences::float8 as occurrences,
  c.suppressed::float8 as suppressed, c.version, c.severity, c.regression, c.status, c.outcome, c.assignee, c.id_form,
  c.trace_key, c.trace_id, c.reason_code, c.rule, c.policy_name, c.grouping,
  not exists (
    select from traces t where t.project_no = c.project_no and t.trace_key = c.trace_key) as trace_expired`
}

const time = (micros: number | null): string | null => (micros === null ? null : writeTime(micros))

/** A stored case as every answer shows it, at some time in milliseconds since 1970. */
export function rowToCase(row: CaseRow, project_id: string, now: number): Case {
  const { status, outcome } = row
  if (!isCaseStatus(status)) throw new Error('a case has a status that is none')
  return {
    id: row.case_id,
    project_id,
    trace_id: shownId(row.trace_key, row.id_form, row.trace_id),
    trace_expired: row.trace_expired,
    decision_id: row.decision_id,
    reason_code: row.reason_code,
    severity: severityName(row.severity),
    status,
    outcome: outcome !== null && isCaseOutcome(outcome) ? outcome : null,
    assignee: row.assignee,
    rule: row.rule,
    policy_id: row.policy_id,
    policy_name: row.policy_name,
    group: row.grouping,
    occurrences: row.occurrences,
    suppressed: row.suppressed,
    regression: row.regression,
    due_at: time(row.due_at),
    overdue: row.due_at !== null && row.due_at < now * 1000,
    ack_due_at: writeTime(row.ack_due_at),
    resolve_due_at: writeTime(row.resolve_due_at),
    acknowledged_at: time(row.acknowledged_at),
    resolved_at: time(row.resolved_at),
    last_seen_at: writeTime(row.last_seen_at),
    created_at: writeTime(row.created_at),
    updated_at: writeTime(row.updated_at),
    version: row.version,
  }
}

/** One case of a project as a row; null when there is none with that id. */
export async function findCase(
  sql: postgres.ISql,
  project_no: number,
  case_id: string,
): Promise<CaseRow | null> {
  const [row] = await sql<CaseRow[]>`
    select ${caseColumns(sql)} from cases c where c.project_no = ${project_no} and c.case_id = ${case_id}`
  return row ?? null
}
