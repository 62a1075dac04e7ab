import { remoteOf, type Remote } from '#shared/http/remote.ts'
import { HubAway } from '../ask.ts'
import type { Hall } from '../people/hall.ts'
import { DEVELOPER } from '../people/person.ts'
import type { Visit } from '../viewer.ts'
import { isTimeout, isUnavailable } from '#shared/store/failure.ts'
import type { BlockList } from 'node:net'
import { newToken, readCookie, setCookie } from './cookies.ts'
import { csrfOf } from './csrf.ts'
import { findSession } from './sessions.ts'

/** What a request is met with: who it is, and a cookie for a browser that has none yet. */
export type Met = { visit: Visit; cookie: string | null }

/** Where requests come in; `signs_in` tells whether a person has to be known. */
export type Door = { signs_in: boolean; meet: (request: Request) => Promise<Met> }

/** Whether a page asks by itself, without a person at it. */
export const isFragment = (request: Request): boolean =>
  new URL(request.url).pathname.startsWith('/fragments/')

/** A browser that nobody has signed in with: its forms are tied to a cookie that says nothing. */
function stranger(request: Request, secret: string, { secure }: Remote): Met & { visit: { csrf: string } } {
  const known = readCookie(request, 'visitor', secure)
  const token = known ?? newToken()
  return {
    visit: { person: null, csrf: csrfOf(secret, `visitor ${token}`), session_id: null },
    cookie: known === null ? setCookie('visitor', token, secure) : null,
  }
}

/** Development: everybody is the developer. */
export const openDoor = (secret: string, proxies: BlockList): Door => ({
  signs_in: false,
  async meet(request) {
    const { visit, cookie } = stranger(request, secret, remoteOf(request, proxies))
    return { visit: { ...visit, person: DEVELOPER }, cookie }
  },
})

/** The database's own trouble, as the pages know it. */
export async function orAway<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (isUnavailable(cause) || isTimeout(cause))
      throw new HubAway('the database cannot be reached', { cause })
    throw cause
  }
}

/** Production: who comes has signed in, or is a stranger. */
export const guardedDoor = (hall: Hall, proxies: BlockList): Door => ({
  signs_in: true,
  async meet(request) {
    const remote = remoteOf(request, proxies)
    const secret = hall.config.secret_key
    const token = readCookie(request, 'session', remote.secure)
    const session =
      token === null ? null : await orAway(async () => findSession(hall, token, !isFragment(request)))
    if (token === null || session === null) return stranger(request, secret, remote)
    const csrf = csrfOf(secret, `session ${token}`)
    return { visit: { person: session.person, csrf, session_id: session.session_id }, cookie: null }
  },
})
