import type { Person } from './people/person.ts'
import { acceptLang, isLang, LANGUAGES, type Lang, type Text } from './text/text.ts'

type Changes = Record<string, string | number | null | undefined>

/** Who the browser of a request is to us: a person, where one is known, and what its forms must bring along. */
export type Visit = { person: Person | null; csrf: string; session_id: string | null }

/** The looks of every page. */
export const THEMES = ['light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** For whom a page is painted: person, language, address and time. All state of a page is in its URL. */
export type Viewer = Visit & {
  lang: Lang
  /** The theme that the address asks for; null is what the viewer's system prefers. */
  theme: Theme | null
  text: Text
  url: URL
  /** Milliseconds since 1970. */
  now: number
  /** A link that starts afresh; only the chosen language and theme go along. */
  to: (path: string, query?: Changes) => string
  /** A link that keeps the query of this page but for some changes; null takes a parameter away. */
  keep: (path: string, changes: Changes) => string
}

function link(path: string, query: URLSearchParams, changes: Changes): string {
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined) query.delete(name)
    else query.set(name, String(value))
  }
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}

/** Reads how somebody looks at a request. */
export function viewerOf(request: Request, now: number, visit: Visit): Viewer {
  const url = new URL(request.url)
  // A path that starts with two slashes would be a link to another host.
  url.pathname = url.pathname.replace(/^\/+/, '/')
  const said = url.searchParams.get('lang') ?? ''
  const lang = isLang(said) ? said : acceptLang(request.headers.get('accept-language'))
  const theme = THEMES.find((name) => name === url.searchParams.get('theme')) ?? null
  const kept = { ...(isLang(said) && { lang: said }), ...(theme && { theme }) }
  const fresh = () => new URLSearchParams(kept)
  return {
    ...visit,
    lang,
    theme,
    text: LANGUAGES[lang],
    url,
    now,
    to: (path, query = {}) => link(path, fresh(), query),
    keep: (path, changes) => link(path, new URLSearchParams(url.searchParams), changes),
  }
}

/** The same viewer on an address that differs in its query. */
export function moved(viewer: Viewer, changes: Changes): Viewer {
  const { lang, url, now } = viewer
  const there = new URL(link(url.pathname, new URLSearchParams(url.searchParams), changes), url)
  return viewerOf(new Request(there, { headers: { 'accept-language': lang } }), now, viewer)
}
