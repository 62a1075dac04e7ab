import type { Child } from 'hono/jsx'
import type { Ask } from './ask.ts'
import { notModified, part } from './answer.tsx'
import type { Assets } from './assets.ts'
import type { Viewer } from './viewer.ts'

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
  /** The API as somebody reaches it who reached this page under that host name. */
  api: (hostname: string) => string
}

/** A part of a page that updates itself: its address, its data, and what it looks like. */
export type Fragment<Data> = {
  path: string
  load: (asked: Asked) => Promise<Data>
  /** What can be seen of the data; a poll is answered with 304 while it stays the same. */
  visible: (data: Data) => unknown
  view: (data: Data, asked: Asked, etag: string) => Child | Promise<Child>
}

const etagOf = (visible: unknown, { viewer, site }: Asked): string => {
  const state = [site.assets.build, viewer.lang, viewer.url.search, visible]
  return `"${Bun.hash(JSON.stringify(state)).toString(36)}"`
}

/** The fragment as a page shows it first; a poll gets the very same. */
export async function paint<Data>({ load, visible, view }: Fragment<Data>, asked: Asked): Promise<Child> {
  const data = await load(asked)
  return view(data, asked, etagOf(visible(data), asked))
}

/** The fragment as a poll gets it, or 304 when the one on the screen is still true. */
export async function poll<Data>({ load, visible, view }: Fragment<Data>, asked: Asked): Promise<Response> {
  const data = await load(asked)
  const etag = etagOf(visible(data), asked)
  if (asked.request.headers.get('if-none-match') === etag) return notModified(etag)
  return part(await view(data, asked, etag), { etag })
}
