import type { Output } from '#shared/contract/endpoint.ts'
import type { activateProject as contract } from '#shared/contract/projects.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { changeProject } from './change-project.ts'

/** Lets a project read and write, or blocks both; its keys and its data stay as they are. */
export async function setActive(
  deps: Deps,
  project_id: string,
  is_active: boolean,
  actor: string,
): Promise<Output<typeof contract>> {
  return changeProject(deps, project_id, async (tx, project) => {
    const { project_no, name, key_activated, created_at } = project
    await tx`update projects set is_active = ${is_active} where project_no = ${project_no}`
    await writeAudit(tx, {
      at: new Date(deps.clock()),
      actor,
      action: is_active ? 'project.activated' : 'project.deactivated',
      project_no,
      subject: project.project_id,
    })
    return { id: project.project_id, name, is_active, key_activated, created_at: created_at.toISOString() }
  })
}
