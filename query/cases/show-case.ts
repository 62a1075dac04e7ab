import type postgres from 'postgres'
import { HubError } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import { findCase, type CaseRow } from '#shared/schema/case-row.ts'

/** One case of the project; throws where there is none. */
export async function requireCase(sql: postgres.ISql, project_no: number, case_id: string): Promise<CaseRow> {
  const row = isUuid(case_id) ? await findCase(sql, project_no, case_id) : null
  if (!row) throw new HubError('case_not_found')
  return row
}
