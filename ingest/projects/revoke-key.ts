import type { Output } from '#shared/contract/endpoint.ts'
import type { revokeKey as contract } from '#shared/contract/projects.ts'
import { HubError } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { changeProject } from './change-project.ts'
import { shownKey, type KeyRow } from './key-row.ts'

/** Ends a key at once; ended again, it keeps the time of the first. A main key leaves its place to the next rotation. */
export async function revokeKey(
  deps: Deps,
  project_id: string,
  key_id: string,
  actor: string,
): Promise<Output<typeof contract>> {
  if (!isUuid(key_id)) throw new HubError('key_not_found')
  const at = new Date(deps.clock())
  return changeProject(deps, project_id, async (tx, { project_no }) => {
    const [row] = await tx<KeyRow[]>`
      update api_keys set revoked_at = coalesce(revoked_at, ${at}), is_main = false, sealed = null
      where project_no = ${project_no} and key_id = ${key_id}
      returning key_id as id, name, scope, masked, created_at, expires_at, last_used_at, revoked_at`
    if (!row) throw new HubError('key_not_found')
    await writeAudit(tx, {
      at,
      actor,
      action: 'key.revoked',
      project_no,
      subject: row.id,
      detail: { masked: row.masked },
    })
    return shownKey(row)
  })
}
