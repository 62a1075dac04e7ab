import { signActor, type Role } from '#shared/http/actor.ts'
import type { Furnished } from './furnish.ts'
import { tell, textAt } from './furnish.ts'
import { ADMIN_KEY, type House } from './open-house.ts'

type Headers = Record<string, string>

/** Somebody who asks for what is in a project: what he shows for it, and in which state the project is. */
export type Principal = {
  show: (house: House, home: Furnished, other: Furnished) => Promise<Headers> | Headers
  state?: 'unrotated' | 'inactive'
}

const MINUTE_MS = 60_000

/** A further key of the project, with its id. */
async function issue(house: House, { project_id }: Furnished, scope: string) {
  const path = `/api/v1/projects/${project_id}/keys`
  const made = await tell(house, ADMIN_KEY, 'POST', path, { name: scope, scope })
  return { id: textAt(made, 'id'), headers: { 'x-api-key': textAt(made, 'api_key') } }
}

async function revoked(house: House, home: Furnished): Promise<Headers> {
  const { id, headers } = await issue(house, home, 'full')
  await tell(house, ADMIN_KEY, 'DELETE', `/api/v1/projects/${home.project_id}/keys/${id}`)
  return headers
}

async function expired({ sql, ...house }: House, home: Furnished): Promise<Headers> {
  const { id, headers } = await issue({ sql, ...house }, home, 'full')
  await sql`update api_keys set expires_at = now() - interval '1 minute' where key_id = ${id}`
  return headers
}

const scoped =
  (scope: string) =>
  async (house: House, home: Furnished): Promise<Headers> =>
    (await issue(house, home, scope)).headers

const own = (_: House, { key }: Furnished): Headers => ({ 'x-api-key': key })

function signed({ deps }: House, project: string | null, role: Role, secret = deps.config.secret_key) {
  const expires_at = deps.clock() + MINUTE_MS
  return { 'x-hub-actor': signActor(secret, { person: 'somebody', project, role, expires_at }) }
}

const person =
  (role: Role) =>
  (house: House, { project_id }: Furnished): Headers =>
    signed(house, project_id, role)

const admin = (project_id?: string): Headers => ({
  'x-api-key': ADMIN_KEY,
  ...(project_id === undefined ? {} : { 'x-project-id': project_id }),
})

/** Everybody who may come, in the order of the table. */
export const PRINCIPALS = {
  nobody: { show: () => ({}) },
  garbage: { show: () => ({ 'x-api-key': `proj_${'x'.repeat(43)}` }) },
  revoked: { show: revoked },
  expired: { show: expired },
  inactive: { show: own, state: 'inactive' },
  unrotated: { show: own, state: 'unrotated' },
  full: { show: own },
  ingest: { show: scoped('ingest') },
  read: { show: scoped('read') },
  // The key of another project: for what is in this one by its id, and with the header that names this one.
  other: { show: (house, _, other) => own(house, other) },
  claims: { show: (_, home, other) => ({ 'x-api-key': other.key, 'x-project-id': home.project_id }) },
  admin: { show: () => admin() },
  'admin+id': { show: (_, home) => admin(home.project_id) },
  'admin+no': { show: () => admin(crypto.randomUUID()) },
  'admin+off': { show: (_, home) => admin(home.project_id), state: 'inactive' },
  viewer: { show: person('viewer') },
  member: { show: person('member') },
  manager: { show: person('admin') },
  // An administrator of another project, one of the whole hub, and one who signed that for himself.
  stranger: { show: (house, _, other) => signed(house, other.project_id, 'admin') },
  hub: { show: (house) => signed(house, null, 'admin') },
  forged: { show: (house, home) => signed(house, home.project_id, 'admin', 'another secret') },
} satisfies Record<string, Principal>

/** Brings the project into the state of a principal, and back. */
export async function inState(
  { sql, forget }: House,
  { project_id }: Furnished,
  { state }: Principal,
  work: () => Promise<void>,
): Promise<void> {
  if (!state) return work()
  const put = async (active: boolean, activated: boolean) => {
    await sql`
      update projects set is_active = ${active}, key_activated = ${activated} where project_id = ${project_id}`
    forget()
  }
  await put(state !== 'inactive', state !== 'unrotated')
  await work()
  await put(true, true)
}
