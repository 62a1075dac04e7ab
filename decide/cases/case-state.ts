import type postgres from 'postgres'
import { HubError } from '#shared/errors.ts'
import { isCaseOutcome, isCaseStatus, type CaseOutcome, type CaseStatus } from '#shared/schema/case-words.ts'

/** A case under its row lock, as far as anything of it can change or is told of it. */
export type CaseState = {
  case_id: string
  project_no: number
  decision_id: string
  id_form: number
  trace_key: string
  trace_id: string | null
  reason_code: string
  rule: string | null
  policy_id: string | null
  policy_name: string
  fingerprint: string
  grouping: Record<string, unknown>
  ack_seconds: number
  resolve_seconds: number
  status: CaseStatus
  outcome: CaseOutcome | null
  assignee: string | null
  severity: number
  occurrences: number
  suppressed: number
  regression: boolean
  gathers: boolean
  version: number
  created_at: Date
  updated_at: Date
  last_seen_at: Date
  opened_at: Date
  ack_due_at: Date
  resolve_due_at: Date
  acknowledged_at: Date | null
  resolved_at: Date | null
  ack_breached_at: Date | null
  resolve_breached_at: Date | null
}

type Row = Omit<CaseState, 'status' | 'outcome'> & { status: string; outcome: string | null }

function toState({ status, outcome, ...row }: Row): CaseState {
  if (!isCaseStatus(status)) throw new Error('a case has a status that is none')
  return { ...row, status, outcome: outcome !== null && isCaseOutcome(outcome) ? outcome : null }
}

/** The columns of a CaseState; the table is named `c`. */
const columns = (sql: postgres.ISql) => sql`
  c.case_id, c.project_no, c.decision_id, c.id_form, c.trace_key, c.trace_id, c.reason_code, c.rule, c.policy_id,
  c.policy_name, c.fingerprint, c.grouping, c.ack_seconds, c.resolve_seconds, c.status, c.outcome, c.assignee,
  c.severity, c.occurrences::float8 as occurrences, c.suppressed::float8 as suppressed, c.regression, c.gathers,
  c.version, c.created_at, c.updated_at, c.last_seen_at, c.opened_at, c.ack_due_at, c.resolve_due_at,
  c.acknowledged_at, c.resolved_at, c.ack_breached_at, c.resolve_breached_at`

/** Locks some cases, always in the order of their ids, and reads them as they are then. */
export async function lockCases(sql: postgres.ISql, case_ids: readonly string[]): Promise<CaseState[]> {
  if (case_ids.length === 0) return []
  const rows = await sql<Row[]>`
    select ${columns(sql)} from cases c where c.case_id = any(${case_ids}::uuid[]) order by c.case_id for update`
  return rows.map(toState)
}

/** Locks one case of a project; throws where there is none. */
export async function lockCase(sql: postgres.ISql, project_no: number, case_id: string): Promise<CaseState> {
  const [row] = await sql<Row[]>`
    select ${columns(sql)} from cases c
    where c.project_no = ${project_no} and c.case_id = ${case_id} for update`
  if (!row) throw new HubError('case_not_found')
  return toState(row)
}

/** Locks cases with a clock that has run out and was not announced, as far as nobody else has them. */
export async function claimOverdue(sql: postgres.ISql, now: Date, most: number): Promise<CaseState[]> {
  const rows = await sql<Row[]>`
    select ${columns(sql)} from cases c where c.ticks_at <= ${now}
    order by c.ticks_at limit ${most} for update skip locked`
  return rows.map(toState)
}

const asJson = (states: readonly CaseState[]): string => JSON.stringify(states)

/** Writes new cases. */
export async function insertCases(sql: postgres.ISql, states: readonly CaseState[]): Promise<void> {
  if (states.length === 0) return
  await sql`
    insert into cases (case_id, project_no, decision_id, id_form, trace_key, trace_id, reason_code, rule, policy_id,
      policy_name, fingerprint, grouping, ack_seconds, resolve_seconds, status, outcome, assignee, severity,
      occurrences, suppressed, regression, gathers, version, created_at, updated_at, last_seen_at, opened_at,
      ack_due_at, resolve_due_at, acknowledged_at, resolved_at, ack_breached_at, resolve_breached_at)
    select case_id, project_no, decision_id, id_form, trace_key, trace_id, reason_code, rule, policy_id,
      policy_name, fingerprint, grouping, ack_seconds, resolve_seconds, status, outcome, assignee, severity,
      occurrences, suppressed, regression, gathers, version, created_at, updated_at, last_seen_at, opened_at,
      ack_due_at, resolve_due_at, acknowledged_at, resolved_at, ack_breached_at, resolve_breached_at
    from jsonb_populate_recordset(null::cases, ${asJson(states)}::text::jsonb)`
}

/** Writes what can change of cases that are locked. */
export async function saveCases(sql: postgres.ISql, states: readonly CaseState[]): Promise<void> {
  if (states.length === 0) return
  await sql`
    update cases c set status = x.status, outcome = x.outcome, assignee = x.assignee, severity = x.severity,
      occurrences = x.occurrences, suppressed = x.suppressed, regression = x.regression, gathers = x.gathers,
      version = x.version, updated_at = x.updated_at, last_seen_at = x.last_seen_at, opened_at = x.opened_at,
      ack_due_at = x.ack_due_at, resolve_due_at = x.resolve_due_at, acknowledged_at = x.acknowledged_at,
      resolved_at = x.resolved_at, ack_breached_at = x.ack_breached_at, resolve_breached_at = x.resolve_breached_at
    from jsonb_populate_recordset(null::cases, ${asJson(states)}::text::jsonb) x
    where c.project_no = x.project_no and c.case_id = x.case_id`
}

/**
 * Holds the fingerprints for the transaction, in the order of their locks: who opens, groups or reopens a case under one
 * does so alone.
 */
export async function holdFingerprints(sql: postgres.ISql, fingerprints: readonly string[]): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtext('hub.cases'), f.lock)
    from (
      select distinct hashtext(x.name) as lock from unnest(${fingerprints}::text[]) x(name) order by 1) f`
}
