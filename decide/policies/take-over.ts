import type { Deps } from '#shared/service.ts'
import { changePolicies } from './change-policies.ts'

/** Writes down the take-overs whose time has come, project by project; whichever process is first does it. */
export async function takeOver(deps: Deps): Promise<void> {
  const due = await deps.database.sql<{ project_no: number }[]>`
    select distinct project_no from policy_versions
    where scheduled and effective_from <= ${new Date(deps.clock())}`
  for (const { project_no } of due) await changePolicies(deps, project_no, async () => {})
}
