import type { Deps } from '#shared/service.ts'
import { isTimeout, isUnavailable } from '#shared/store/failure.ts'
import { DEVELOPER, type Person } from '../people/person.ts'
import { orAway } from '../sessions/door.ts'

/** A question under a name; of one person, or of everybody in the project. */
export type SavedView = { view_id: string; name: string; query: string; is_shared: boolean }

/** Which views are whose: in development all are the project's. */
export type Whose = { person: Person | null; project_id: string }

/** So many views one person keeps in a project, and so many are everybody's. */
const MOST = 100

const ownerOf = (person: Person | null): string | null =>
  person === null || person.person_id === DEVELOPER.person_id ? null : person.person_id

/** Where saved views are kept. */
export function openViews({ database, clock }: Pick<Deps, 'database' | 'clock'>) {
  const { sql } = database
  return {
    /** What a person sees in a project, by name; nothing while the database is away, since a page can do without. */
    async list({ person, project_id }: Whose): Promise<SavedView[]> {
      try {
        return await sql<SavedView[]>`
          select view_id, name, query, owner is null as is_shared from saved_views
          where project_id = ${project_id} and (owner is null or owner = ${ownerOf(person)})
          order by lower(name), created_at limit ${2 * MOST}`
      } catch (error) {
        if (isUnavailable(error) || isTimeout(error)) return []
        throw error
      }
    },

    /** Keeps a view; one of the same name and owner gives way. False when there are too many. */
    async save(whose: Whose, { name, query, is_shared }: Omit<SavedView, 'view_id'>): Promise<boolean> {
      const { project_id } = whose
      const owner = is_shared ? null : ownerOf(whose.person)
      const work = sql.begin(async (tx) => {
        await tx`
          delete from saved_views
          where project_id = ${project_id} and owner is not distinct from ${owner} and name = ${name}`
        const kept = await tx`
          insert into saved_views (view_id, project_id, owner, name, query, created_at)
          select ${crypto.randomUUID()}::uuid, ${project_id}::uuid, ${owner}::uuid, ${name}, ${query},
            ${new Date(clock())}
          where (select count(*) from saved_views
            where project_id = ${project_id} and owner is not distinct from ${owner}) < ${MOST}
          returning view_id`
        return kept.length === 1
      })
      return orAway(async () => work)
    },

    /** Takes a view away: one's own, or everybody's for who may. */
    async remove({ person, project_id }: Whose, view_id: string, may_shared: boolean): Promise<void> {
      const work = sql`
        delete from saved_views
        where view_id = ${view_id} and project_id = ${project_id}
          and ((owner is null and ${may_shared}) or owner = ${ownerOf(person)})`
      await orAway(async () => work)
    },
  }
}

export type Views = ReturnType<typeof openViews>
