import type { Transaction } from '../connect.ts'

/** A reason is a code of a rule, or what a judge gave for one, which may be any words. */
const CODE = '^[A-Za-z0-9_.:-]{1,64}$'

/**
 * Takes the words of some traces out of what was decided on them, in the transaction that erases the traces: evidence,
 * signals, rationale, message, what the judges said, and the values that their cases are grouped by. That it was
 * decided, when and by which rule stays.
 */
export async function eraseDecisions(
  sql: Transaction,
  project_no: number,
  trace_keys: string[],
): Promise<void> {
  const decisions = await sql<{ decision_id: string }[]>`
    update decisions
    set evidence = null, signals = '{}', rationale = '', message = null,
      reason_code = case when reason_code ~ ${CODE} then reason_code else 'ERASED' end
    where project_no = ${project_no} and trace_key = any(${trace_keys}::text[])
    returning decision_id`
  if (decisions.length === 0) return
  await sql`
    update judge_runs set output = null, reason_code = case when reason_code ~ ${CODE} then reason_code end
    where project_no = ${project_no} and decision_id = any(${decisions.map(({ decision_id }) => decision_id)}::uuid[])`
  await sql`
    update cases set grouping = '{}'
    where project_no = ${project_no} and grouping <> '{}' and case_id in (
      select case_id from case_traces
      where project_no = ${project_no} and trace_key = any(${trace_keys}::text[]))`
}
