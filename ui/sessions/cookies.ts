const NAMES = { session: 'hub_session', visitor: 'hub_visitor' }
const TOKEN = /^[\w-]{43}$/

/** `session` is who signed in; `visitor` only ties a form to the browser that was shown it. */
export type CookieName = keyof typeof NAMES

/** By https a cookie has the prefix with which no other host and no plain http can set it. */
const fullName = (name: CookieName, secure: boolean) => (secure ? `__Host-${NAMES[name]}` : NAMES[name])

/** The token in a cookie; a request by https is read for the cookie of https alone. */
export function readCookie(request: Request, name: CookieName, secure: boolean): string | null {
  const wanted = `${fullName(name, secure)}=`
  const found = (request.headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(wanted))
  const token = found?.slice(wanted.length) ?? ''
  return TOKEN.test(token) ? token : null
}

/** A header that sets a cookie, or takes it away with an empty token; without an age it ends with the browser. */
export function setCookie(name: CookieName, token: string, secure: boolean, max_age?: number): string {
  const age = max_age === undefined ? '' : `; Max-Age=${max_age}`
  return `${fullName(name, secure)}=${token}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}${age}`
}

export const newToken = (): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
