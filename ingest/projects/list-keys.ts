import type { Output } from '#shared/contract/endpoint.ts'
import type { listKeys as contract } from '#shared/contract/projects.ts'
import { HubError } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import type { Deps } from '#shared/service.ts'
import { shownKey, type KeyRow } from './key-row.ts'

/** All keys of a project, also those that have ended, newest first. */
export async function listKeys({ database }: Deps, project_id: string): Promise<Output<typeof contract>> {
  if (!isUuid(project_id)) throw new HubError('project_not_found')
  const rows = await database.sql<(KeyRow | { [name in keyof KeyRow]: null })[]>`
    select k.key_id as id, k.name, k.scope, k.masked, k.created_at, k.expires_at, k.last_used_at, k.revoked_at
    from projects p left join api_keys k using (project_no)
    where p.project_id = ${project_id}
    order by k.created_at desc, k.is_main desc, k.key_id`
  if (rows.length === 0) throw new HubError('project_not_found')
  return rows.flatMap((row) => (row.id === null ? [] : [shownKey(row)]))
}
