import type { Child } from 'hono/jsx'

/** What every answer of the UI carries: nothing runs, loads or is sent anywhere but from and to this origin. */
export const SECURITY: Record<string, string> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  // Not no-referrer: under it a browser sends `Origin: null` with a form, which the check of forms needs.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
}

/** What a page and a part of one carry; their content is a person's, so no cache keeps it. */
const HTML = { ...SECURITY, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }

type Headers = Record<string, string>

/** Answers with a whole page. */
export const html = (page: Child, status = 200, headers: Headers = {}): Response =>
  new Response(`<!doctype html>${String(page)}`, { status, headers: { ...HTML, ...headers } })

/** Answers with a part of a page, for a page that has asked for it. */
export const part = (node: Child, headers: Headers): Response =>
  new Response(String(node), { headers: { ...HTML, ...headers } })

export const notModified = (etag: string): Response =>
  new Response(null, { status: 304, headers: { ...SECURITY, etag, 'cache-control': 'no-store' } })

/** Tells a part of a page that nobody is signed in any more: the page goes to where that can be mended. */
export const unknownHere = (sign_in: string): Response =>
  new Response(null, {
    status: 401,
    headers: { ...SECURITY, 'hx-redirect': sign_in, 'cache-control': 'no-store' },
  })

/** Sends a browser on; after a form it asks with GET. */
export const redirect = (to: string): Response =>
  new Response(null, { status: 303, headers: { ...SECURITY, location: to, 'cache-control': 'no-store' } })
