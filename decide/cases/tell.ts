import type postgres from 'postgres'
import type { EventOf, News } from '#shared/events.ts'
import { shownId } from '#shared/ids.ts'
import { severityName, type CaseStatus } from '#shared/schema/case-words.ts'
import type { CaseState } from './case-state.ts'

/** Who acts where no person does. */
export const HUB = 'hub'

/** One line of the history of a case. */
export type Deed = {
  at: Date
  case_id: string
  project_no: number
  actor: string
  event: string
  from_status: CaseStatus | null
  to_status: CaseStatus
  comment: string | null
  detail: Record<string, string | number | boolean | null>
}

/** Adds lines to the histories of cases, in their order. */
export async function writeHistory(sql: postgres.ISql, deeds: readonly Deed[]): Promise<void> {
  if (deeds.length === 0) return
  // Ids of one process rise, so that lines of one moment keep their order.
  const lines = deeds.map((deed) => ({ ...deed, history_id: Bun.randomUUIDv7() }))
  await sql`
    insert into case_history (at, history_id, case_id, project_no, actor, event, from_status, to_status, comment,
      detail)
    select at, history_id, case_id, project_no, actor, event, from_status, to_status, comment, detail
    from jsonb_populate_recordset(null::case_history, ${JSON.stringify(lines)}::text::jsonb)`
}

/** Seconds from one time to another, whole. */
export const secondsBetween = (from: Date, to: Date): number =>
  Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000))

/** A case as the outside hears of it. */
export const outside = (state: CaseState): EventOf<'case.opened'> => ({
  case_id: state.case_id,
  trace_id: shownId(state.trace_key, state.id_form, state.trace_id),
  decision_id: state.decision_id,
  reason_code: state.reason_code,
  rule: state.rule,
  policy: state.policy_name,
  severity: severityName(state.severity),
  status: state.status,
  occurrences: state.occurrences,
  assignee: state.assignee,
  created_at: state.created_at.toISOString(),
})

/** The news that a case has opened, or grows. */
export const newsOf = (event: 'case.opened' | 'case.grouped', state: CaseState): News => ({
  project_no: state.project_no,
  event,
  payload: outside(state),
})
