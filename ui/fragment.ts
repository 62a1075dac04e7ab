import type { Child } from 'hono/jsx'
import type { Ask } from './ask.ts'
import { notModified, part } from './answer.tsx'
import type { Assets } from './assets.ts'
import type { Viewer } from './viewer.ts'
import type { Views } from './views/views.ts'

/** What a handler is given of one request to the UI. */
export type Asked = {
  request: Request
  params: Record<string, string>
  viewer: Viewer
  ask: Ask
  site: Site
}

/** What is the same for every request. */
export type Site = {
  assets: Assets
  /** The key that writes to the default project without more ado; null where there is none. */
  dev_key: string | null
  /** Where saved views are kept; null where the pages have no database. */
  views: Views | null
  /** The API as somebody reaches it who reached this page under that host name. */
  api: (hostname: string) => string
}

/** A part of a page that updates itself: its address, its data, and what it looks like. */
export type Fragment<Data> = {
  path: string
  /** Null when what the API tagged `known` is still all there is; only a fragment with a `tag` is asked so. */
  load: (asked: Asked, known: string | null) => Promise<Data | null>
  view: (data: Data, asked: Asked, etag: string) => Child | Promise<Child>
} & (
  | {
      /** What can be seen of the data; a poll is answered with 304 while it stays the same. */
      visible: (data: Data) => unknown
    }
  | {
      /** The tag by which the API knows the data, so that a poll without news need not load it. */
      tag: (data: Data) => string
    }
)

const hashOf = (what: unknown, { viewer, site }: Asked): string =>
  Bun.hash(JSON.stringify([site.assets.build, viewer.lang, viewer.url.search, what])).toString(36)

/** Where the API tags the data, the etag is that tag behind a hash of all else that the fragment depends on. */
const etagOf = <Data>(fragment: Fragment<Data>, data: Data, asked: Asked): string =>
  'tag' in fragment
    ? `"${hashOf(null, asked)}.${fragment.tag(data).replaceAll('"', '')}"`
    : `"${hashOf(fragment.visible(data), asked)}"`

/** The tag of the API inside the etag that a poll brings; null when the fragment has to be painted anew anyway. */
function knownTag(asked: Asked): string | null {
  const [, hash, tag] = /^"(\w+)\.([^"]+)"$/.exec(asked.request.headers.get('if-none-match') ?? '') ?? []
  return tag !== undefined && hash === hashOf(null, asked) ? `"${tag}"` : null
}

/** The fragment as a page shows it first; a poll gets the very same. */
export async function paint<Data>(fragment: Fragment<Data>, asked: Asked): Promise<Child> {
  const data = await fragment.load(asked, null)
  if (data === null) throw new Error('the API answered 304 to who knew nothing')
  return fragment.view(data, asked, etagOf(fragment, data, asked))
}

/** The fragment as a poll gets it, or 304 when the one on the screen is still true. */
export async function poll<Data>(fragment: Fragment<Data>, asked: Asked): Promise<Response> {
  const given = asked.request.headers.get('if-none-match') ?? ''
  const data = await fragment.load(asked, 'tag' in fragment ? knownTag(asked) : null)
  if (data === null) return notModified(given)
  const etag = etagOf(fragment, data, asked)
  return given === etag ? notModified(etag) : part(await fragment.view(data, asked, etag), { etag })
}
