import { timingSafeEqual } from 'node:crypto'
import { DEV_KEY } from '../config.ts'
import type { Auth } from '../contract/endpoint.ts'
import type { SCOPES } from '../contract/projects.ts'
import { HubError } from '../errors.ts'
import { isUuid } from '../ids.ts'
import type { Deps } from '../service.ts'
import { ROLES, verifyActor, type Actor, type Role } from './actor.ts'
import { readCredentials } from './credentials.ts'
import { keyDigest } from './key-digest.ts'
import { keyringOf, type KnownKey, type KnownProject, type ProjectRef } from './keyring.ts'

export type { ProjectRef }

/** Who is calling, and on which project; `project` is null only on admin and public operations. */
export type Principal = {
  kind: 'public' | 'admin' | 'key' | 'actor'
  /** For the audit: `admin`, a key's id, or a person. */
  actor: string
  project: ProjectRef | null
  /** Whether all projects are the caller's; a person who is no admin of the hub has some. */
  sees_all: boolean
}

type HubAuth = 'admin' | 'person'
type ProjectAuth = Exclude<Auth, 'none' | HubAuth>

const isHubAuth = (auth: Auth): auth is HubAuth => auth === 'admin' || auth === 'person'

/** The scopes of which a key needs one. */
const NEEDS: Record<ProjectAuth, (typeof SCOPES)[number][]> = {
  ingest: ['ingest', 'full'],
  act: ['ingest', 'full'],
  read: ['read', 'full'],
  decide: ['ingest', 'full'],
  handle: ['full'],
  manage: ['full'],
}

/** What a key that was never rotated may not do. */
const NEEDS_ROTATION = new Set<ProjectAuth>(['ingest', 'act'])

const USE_NOTED_EVERY_MS = 60_000

/** A project that was named, not shown by its key. */
function named(project: KnownProject | null): KnownProject {
  if (!project) throw new HubError('project_not_found', { detail: 'Project not found' })
  if (!project.is_active) throw new HubError('project_inactive')
  return project
}

/** Lets a caller into a project; nothing is ingested before its key was rotated once. */
function enter(auth: ProjectAuth, project: KnownProject): ProjectRef {
  if (NEEDS_ROTATION.has(auth) && !project.key_activated) throw new HubError('key_not_activated')
  return project.ref
}

async function projectOfAdmin(deps: Deps, project_id: string | null): Promise<KnownProject> {
  if (project_id === null) {
    const { env, admin_key } = deps.config
    const project =
      env === 'development' && admin_key === DEV_KEY ? await keyringOf(deps).defaultProject() : null
    if (!project) throw new HubError('project_required')
    return named(project)
  }
  if (!isUuid(project_id)) throw new HubError('invalid_project_id')
  return named(await keyringOf(deps).project(project_id.toLowerCase()))
}

async function byAdminKey(
  deps: Deps,
  auth: ProjectAuth | HubAuth,
  project_id: string | null,
): Promise<Principal> {
  const project = isHubAuth(auth) ? null : enter(auth, await projectOfAdmin(deps, project_id))
  return { kind: 'admin', actor: 'admin', project, sees_all: true }
}

const isOther = (project_id: string | null, own: string): boolean =>
  project_id !== null && project_id.toLowerCase() !== own

/** Writes down a use, at most once a minute, and lets nobody wait for it. */
function noteUse({ clock, database, log }: Deps, key: KnownKey) {
  const now = clock()
  const due = now - USE_NOTED_EVERY_MS
  if (key.last_used_at !== null && key.last_used_at > due) return
  key.last_used_at = now
  database.sql`
    update api_keys set last_used_at = ${new Date(now)}
    where key_id = ${key.key_id} and (last_used_at is null or last_used_at <= ${new Date(due)})
  `.catch((cause: unknown) =>
    log.warn('the last use of a key was not written', { key_id: key.key_id }, cause),
  )
}

async function byProjectKey(
  deps: Deps,
  auth: ProjectAuth | HubAuth,
  digest: Buffer,
  project_id: string | null,
): Promise<Principal> {
  const key = await keyringOf(deps).key(digest)
  const ended = key?.expires_at ?? Infinity
  if (!key || ended <= deps.clock()) throw new HubError('invalid_api_key')
  if (isHubAuth(auth)) throw new HubError('admin_required')
  if (isOther(project_id, key.project.ref.project_id)) throw new HubError('project_scope_mismatch')
  if (!NEEDS[auth].includes(key.scope)) throw new HubError('missing_scope')
  const project = enter(auth, key.project)
  noteUse(deps, key)
  return { kind: 'key', actor: key.key_id, project, sees_all: false }
}

/** What an operation on the hub, or on the project in its path, is to a person: theirs, not for that role, or not there. */
function onHub(auth: HubAuth, actor: Actor, path_project: string | undefined): Principal {
  const is_hub_admin = actor.project === null && actor.role === 'admin'
  if (auth === 'admin' && !is_hub_admin) {
    if (path_project !== undefined && isOther(path_project, actor.project?.toLowerCase() ?? ''))
      throw new HubError('project_not_found')
    if (path_project === undefined || actor.role !== 'admin') throw new HubError('admin_required')
  }
  return { kind: 'actor', actor: actor.person, project: null, sees_all: is_hub_admin }
}

/** People look, and those who are members also act; what is ingested comes from an application, with its key. */
const LEAST_ROLE: Record<ProjectAuth, Role | null> = {
  read: 'viewer',
  act: 'member',
  ingest: null,
  decide: 'member',
  handle: 'member',
  manage: 'admin',
}

function mayDo(auth: ProjectAuth, role: Role): boolean {
  const least = LEAST_ROLE[auth]
  return least !== null && ROLES.indexOf(role) >= ROLES.indexOf(least)
}

async function byActor(
  deps: Deps,
  auth: ProjectAuth | HubAuth,
  header: string,
  named_project: string | null,
  path_project: string | undefined,
): Promise<Principal> {
  const actor = verifyActor(deps.config.secret_key, header, deps.clock())
  if (!actor) throw new HubError('invalid_api_key', { detail: 'Invalid or expired x-hub-actor' })
  if (isHubAuth(auth)) return onHub(auth, actor, path_project)
  if (!mayDo(auth, actor.role)) throw new HubError('missing_scope')
  const own = actor.project?.toLowerCase() ?? null
  if (own === null) throw new HubError('project_required', { detail: 'x-hub-actor names no project' })
  if (isOther(named_project, own)) throw new HubError('project_scope_mismatch')
  const project = named(await keyringOf(deps).project(own))
  return { kind: 'actor', actor: actor.person, project: project.ref, sees_all: false }
}

/**
 * Who a request comes from, and on which project it may work; throws what the caller is told instead.
 * A key comes as `x-api-key`, Bearer or Basic password; services of the hub send `x-hub-actor`.
 */
export async function authorize(
  deps: Deps,
  auth: Auth,
  request: Request,
  path_project?: string,
): Promise<Principal> {
  if (auth === 'none') return { kind: 'public', actor: 'public', project: null, sees_all: false }
  const { key, actor, project_id } = readCredentials(request)
  if (actor !== null) return byActor(deps, auth, actor, project_id, path_project)
  if (key === null) throw new HubError('missing_api_key')
  const digest = keyDigest(key)
  return timingSafeEqual(digest, keyringOf(deps).admin_digest)
    ? byAdminKey(deps, auth, project_id)
    : byProjectKey(deps, auth, digest, project_id)
}
