import { createHmac, timingSafeEqual } from 'node:crypto'
import { Type as t, type Static } from '@sinclair/typebox'
import { isUuid } from '../ids.ts'
import { checkOf } from '../schema/check.ts'
import { nullable } from '../schema/scalars.ts'

/** The header in which one service of the hub says for whom it asks; the gateway strips it from outside. */
export const ACTOR_HEADER = 'x-hub-actor'

/** What a person may be in a project, each with all that the one before may do. */
export const ROLES = ['viewer', 'member', 'admin'] as const

export type Role = (typeof ROLES)[number]

const Actor = t.Object({
  person: t.String({ minLength: 1, maxLength: 255 }),
  /** The project's UUID, or null for operations on none. */
  project: nullable(t.String()),
  /** On the project; with none, an admin is one of the whole hub. */
  role: t.Union(ROLES.map((role) => t.Literal(role))),
  /** Milliseconds since 1970; the signer gives it 60 seconds. */
  expires_at: t.Integer(),
})

/** A person who asks through the UI, with the role that the person has on the project. */
export type Actor = Static<typeof Actor>

const VERSION = 'v1'

const macOf = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest()

/** Signs an actor, so that another service with the same secret believes it until it expires. */
export function signActor(secret: string, actor: Actor): string {
  const said = `${VERSION}.${Buffer.from(JSON.stringify(actor)).toString('base64url')}`
  return `${said}.${macOf(secret, said).toString('base64url')}`
}

/** The actor that a header carries; null when it was not signed with this secret, is expired, or is no actor at all. */
export function verifyActor(secret: string, header: string, now: number): Actor | null {
  const [version, payload, mac, ...rest] = header.split('.')
  if (version !== VERSION || payload === undefined || mac === undefined || rest.length > 0) return null
  const given = Buffer.from(mac, 'base64url')
  const right = macOf(secret, `${version}.${payload}`)
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null
  const actor: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
  if (!checkOf(Actor).Check(actor)) return null
  if (actor.project !== null && !isUuid(actor.project)) return null
  return actor.expires_at > now ? actor : null
}
