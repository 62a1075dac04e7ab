import type { Alert } from '#shared/contract/alerts.ts'
import { HubError } from '#shared/errors.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import { isUuid } from '#shared/ids.ts'
import type { Sql, Transaction } from '#shared/store/connect.ts'

/** An alert's row; all but the times and the ids is as the contract let it through. */
export type AlertRow = Omit<Alert, 'id' | 'project_id' | 'since' | 'checked_at' | 'created_at'> & {
  alert_id: string
  project_no: number
  since: Date
  checked_at: Date
  created_at: Date
}

export const showAlert = (row: AlertRow, { project_id }: ProjectRef): Alert => ({
  ...{ id: row.alert_id, project_id, name: row.name, severity: row.severity, enabled: row.enabled },
  ...{ metric: row.metric, comparison: row.comparison, threshold: row.threshold, filter: row.filter },
  ...{ window_minutes: row.window_minutes, for_minutes: row.for_minutes, no_data: row.no_data },
  ...{ state: row.state, since: row.since.toISOString(), value: row.value },
  checked_at: row.checked_at.toISOString(),
  created_at: row.created_at.toISOString(),
  created_by: row.created_by,
})

/** The alerts of a project, newest first. */
export const readAlerts = (sql: Sql | Transaction, project_no: number) => sql<AlertRow[]>`
  select * from alerts where project_no = ${project_no} order by created_at desc, alert_id desc`

/** One alert of the project under its row lock; another project's is not there. */
export async function lockAlert(sql: Transaction, project_no: number, alert_id: string): Promise<AlertRow> {
  const [row] = isUuid(alert_id)
    ? await sql<AlertRow[]>`
        select * from alerts where project_no = ${project_no} and alert_id = ${alert_id} for update`
    : []
  if (!row) throw new HubError('alert_not_found')
  return row
}
