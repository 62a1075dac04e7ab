import { HubError } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import type { Deps } from '#shared/service.ts'
import type { Transaction } from '#shared/store/connect.ts'

/** A project as it stands under its row lock. */
export type LockedProject = {
  project_no: number
  project_id: string
  name: string
  is_active: boolean
  key_activated: boolean
  created_at: Date
}

/**
 * Changes one project: under its row lock, so that two changes never cross, and in one transaction with the audit.
 * Afterwards every cache is told to forget it, also when it is not known whether the commit arrived.
 */
export async function changeProject<T>(
  { database, bus }: Deps,
  project_id: string,
  change: (tx: Transaction, project: LockedProject) => Promise<T>,
): Promise<T> {
  if (!isUuid(project_id)) throw new HubError('project_not_found')
  try {
    const { changed } = await database.sql.begin(async (tx) => {
      const [project] = await tx<LockedProject[]>`
        select project_no, project_id, name, is_active, key_activated, created_at
        from projects where project_id = ${project_id} for update`
      if (!project) throw new HubError('project_not_found')
      return { changed: await change(tx, project) }
    })
    return changed
  } finally {
    bus.publish('key.changed.v1', { project_id: project_id.toLowerCase() })
  }
}
