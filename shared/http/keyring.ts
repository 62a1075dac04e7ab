import type { SCOPES } from '../contract/projects.ts'
import { checkOf } from '../schema/check.ts'
import { Limits } from '../schema/limits.ts'
import type { Deps } from '../service.ts'
import type { Database, Sql } from '../store/connect.ts'
import { deadline, DeadlineError } from '../store/deadline.ts'
import { keyDigest } from './key-digest.ts'
import { shortMemory } from './short-memory.ts'

const DEADLINE_MS = 3000

/** A project as the request sees it. */
export type ProjectRef = {
  project_no: number
  project_id: string
  name: string
  /** As it was set, null for none; the doors check and apply it. */
  masking: unknown
  /** Null for none; one that cannot be read is none. */
  limits: Limits | null
}

/** A project as far as it decides who may come in. */
export type KnownProject = { ref: ProjectRef; is_active: boolean; key_activated: boolean }

/** A key that was not revoked, of an active project; whether it is expired is asked at each use. */
export type KnownKey = {
  key_id: string
  scope: (typeof SCOPES)[number]
  expires_at: number | null
  /** The last use that was written down, or is being written. */
  last_used_at: number | null
  project: KnownProject
}

type ProjectRow = Omit<ProjectRef, 'limits'> & { limits: unknown; is_active: boolean; key_activated: boolean }
type KeyRow = ProjectRow &
  Pick<KnownKey, 'key_id' | 'scope'> & { expires_at: Date | null; last_used_at: Date | null }

const known = ({
  project_no,
  project_id,
  name,
  masking,
  limits,
  is_active,
  key_activated,
}: ProjectRow): KnownProject => ({
  ref: { project_no, project_id, name, masking, limits: checkOf(Limits).Check(limits) ? limits : null },
  is_active,
  key_activated,
})

async function findKey(sql: Sql, digest: Buffer): Promise<KnownKey | null> {
  const [row] = await sql<KeyRow[]>`
    select p.project_no, p.project_id, p.name, p.is_active, p.key_activated, s.masking, s.limits,
           k.key_id, k.scope, k.expires_at, k.last_used_at
    from api_keys k join projects p using (project_no) left join project_settings s using (project_no)
    where k.digest = ${digest} and k.revoked_at is null and p.is_active`
  if (!row) return null
  const { key_id, scope, expires_at, last_used_at } = row
  return {
    key_id,
    scope,
    expires_at: expires_at?.getTime() ?? null,
    last_used_at: last_used_at?.getTime() ?? null,
    project: known(row),
  }
}

async function findProject(sql: Sql, project_id: string): Promise<KnownProject | null> {
  const [row] = await sql<ProjectRow[]>`
    select project_no, project_id, name, is_active, key_activated, masking, limits
    from projects left join project_settings using (project_no) where project_id = ${project_id}`
  return row ? known(row) : null
}

async function findDefault(sql: Sql): Promise<KnownProject | null> {
  const [row] = await sql<ProjectRow[]>`
    select project_no, project_id, name, is_active, key_activated, masking, limits
    from projects left join project_settings using (project_no) where is_default`
  return row ? known(row) : null
}

/**
 * Look-ups have a connection of their own: a project whose slow queries fill the pool must not lock out the others.
 * One that does not answer may be dead without knowing it, so the next question goes to a new one.
 */
function ownConnection(database: Database) {
  let open: Sql | null = null
  return async <T>(find: (sql: Sql) => Promise<T>): Promise<T> => {
    const sql = (open ??= database.dedicated('keys'))
    try {
      return await deadline(find(sql), DEADLINE_MS)
    } catch (error) {
      if (error instanceof DeadlineError && open === sql) {
        open = null
        sql.end({ timeout: 0 }).catch(() => {})
      }
      throw error
    }
  }
}

function openKeyring({ config, database, bus, clock }: Deps) {
  const ask = ownConnection(database)
  const keys = shortMemory(clock, async (hex) => ask((sql) => findKey(sql, Buffer.from(hex, 'hex'))))
  const projects = shortMemory(clock, async (id) => ask((sql) => findProject(sql, id)))
  const fallback = shortMemory(clock, async () => ask(findDefault))
  bus.subscribe('key.changed.v1', () => [keys, projects, fallback].forEach((memory) => memory.forget()))
  return {
    admin_digest: keyDigest(config.admin_key),
    key: async (digest: Buffer) => keys.get(digest.toString('hex')),
    project: async (project_id: string) => projects.get(project_id),
    defaultProject: async () => fallback.get('default'),
  }
}

type Keyring = ReturnType<typeof openKeyring>

const keyrings = new WeakMap<Deps, Keyring>()

/**
 * The keys and projects as known within the last second, one keyring for each deps. A change in this process is known
 * at once by its notice on the bus; with the database away, what is not remembered fails and is never "unknown".
 */
export function keyringOf(deps: Deps): Keyring {
  let keyring = keyrings.get(deps)
  if (!keyring) keyrings.set(deps, (keyring = openKeyring(deps)))
  return keyring
}
