import type { Output } from '#shared/contract/endpoint.ts'
import type { rotateKey as contract } from '#shared/contract/projects.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { changeProject } from './change-project.ts'
import { issueKey } from './issue-key.ts'

/** Gives a project a new main key; the old one ends now, or goes on for `grace_seconds` without its sealed copy. */
export async function rotateKey(
  deps: Deps,
  project_id: string,
  grace_seconds: number,
  actor: string,
): Promise<Output<typeof contract>> {
  const now = deps.clock()
  const at = new Date(now)
  const revoked_at = grace_seconds === 0 ? at : null
  const expires_at = grace_seconds === 0 ? null : new Date(now + grace_seconds * 1000)
  return changeProject(deps, project_id, async (tx, project) => {
    const { project_no } = project
    await tx`
      update api_keys set is_main = false, sealed = null, revoked_at = ${revoked_at}, expires_at = ${expires_at}
      where project_no = ${project_no} and is_main`
    const { key_id, api_key, masked } = await issueKey(tx, {
      secret: deps.config.secret_key,
      project_no,
      project_id: project.project_id,
      name: 'main',
      scope: 'full',
      is_main: true,
      created_at: at,
      expires_at: null,
    })
    await tx`update projects set key_activated = true where project_no = ${project_no}`
    const detail = { masked, grace_seconds }
    await writeAudit(tx, { at, actor, action: 'key.rotated', project_no, subject: key_id, detail })
    return {
      id: project.project_id,
      name: project.name,
      key_activated: true,
      created_at: project.created_at.toISOString(),
      api_key,
    }
  })
}
