import { HubError } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import type { Sql } from '#shared/store/connect.ts'

/** A version with what it takes to compile it. */
export type StoredVersion = {
  policy_id: string
  name: string
  version: number
  hash: string
  definition: unknown
}

/** A version of a policy of this project; without a number the active one, else the newest. */
export async function findForced(
  sql: Sql,
  project_no: number,
  policy_id: string,
  version: number | null,
): Promise<StoredVersion> {
  if (!isUuid(policy_id)) throw new HubError('policy_not_found')
  const [row] = await sql<(Omit<StoredVersion, 'version'> & { version: number | null })[]>`
    select p.policy_id, p.name, v.version, v.hash, v.definition
    from policies p left join policy_versions v
      on v.policy_id = p.policy_id and v.version = coalesce(${version}::integer, v.version)
    where p.project_no = ${project_no} and p.policy_id = ${policy_id}
    order by v.active desc, v.version desc limit 1`
  if (!row) throw new HubError('policy_not_found')
  if (row.version === null) throw new HubError('policy_version_not_found')
  return { ...row, version: row.version }
}

/** The oldest version of this project with a hash; undefined when there is none. */
export async function findByHash(
  sql: Sql,
  project_no: number,
  hash: string,
): Promise<StoredVersion | undefined> {
  const [row] = await sql<StoredVersion[]>`
    select p.policy_id, p.name, v.version, v.hash, v.definition
    from policies p join policy_versions v using (policy_id)
    where p.project_no = ${project_no} and v.hash = ${hash} order by v.created_at limit 1`
  return row
}
