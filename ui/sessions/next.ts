const HERE = 'http://here.invalid'

/** Where to go after signing in: an address of this hub, whatever was asked for. */
export function safeNext(text: string | null): string {
  const fallback = '/projects'
  if (!text?.startsWith('/') || /[\p{C}\\]/u.test(text) || !URL.canParse(text, HERE)) return fallback
  const { origin, pathname, search, hash } = new URL(text, HERE)
  const path = `${pathname.replace(/^\/+/, '/')}${search}${hash}`
  return origin === HERE && !/^\/(sign-in|sign-out|set-up)\b/.test(path) ? path : fallback
}
