import type postgres from 'postgres'
import { CaseSettings } from '../contract/case-settings.ts'
import { checkOf } from '../schema/check.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How soon cases must be handled, and what belongs into one, where a project has set nothing. */
const DEFAULT_CASE_SETTINGS: CaseSettings = {
  sla: {
    critical: { ack_seconds: 15 * MINUTE, resolve_seconds: 4 * HOUR },
    high: { ack_seconds: 2 * HOUR, resolve_seconds: DAY },
    medium: { ack_seconds: DAY, resolve_seconds: 7 * DAY },
    low: { ack_seconds: 3 * DAY, resolve_seconds: 14 * DAY },
  },
  group_window_seconds: DAY,
  reopen_window_seconds: 14 * DAY,
}

/** The settings of a project, and when they were set; null for the hub's own. */
export async function readCaseSettings(
  sql: postgres.ISql,
  project_no: number,
): Promise<CaseSettings & { updated_at: string | null }> {
  const [row] = await sql<{ settings: unknown; updated_at: Date }[]>`
    select settings, updated_at from case_settings where project_no = ${project_no}`
  return row && checkOf(CaseSettings).Check(row.settings)
    ? { ...row.settings, updated_at: row.updated_at.toISOString() }
    : { ...DEFAULT_CASE_SETTINGS, updated_at: null }
}
