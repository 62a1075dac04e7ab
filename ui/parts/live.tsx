import type { PropsWithChildren } from 'hono/jsx'
import type { Viewer } from '../viewer.ts'

/** Seconds between polls that can be chosen; the first is what a page starts with. */
export const INTERVALS = [2, 5, 15] as const

/** Seconds between polls as the URL has them; null when they are paused. */
export function intervalOf({ url }: Viewer): number | null {
  if (url.searchParams.get('live') === 'off') return null
  const asked = Number(url.searchParams.get('every'))
  return INTERVALS.find((seconds) => seconds === asked) ?? INTERVALS[0]
}

type Props = PropsWithChildren<{
  id: string
  /** Where the fragment is asked for; the query of the page goes along. */
  path: string
  viewer: Viewer
  etag: string
  /** Seconds between polls; null lets it rest for good. */
  every: number | null
  /** What else a poll says of the fragment that it knows. */
  headers?: Record<string, string>
}>

/** The element that a fragment lives in: it asks for itself and takes the place of itself. */
export const Live = ({ id, path, viewer, etag, every, headers, children }: Props) => {
  const attributes =
    every === null
      ? {}
      : {
          'hx-get': path + viewer.url.search,
          'hx-trigger': `every ${every}s, wake`,
          'hx-swap': 'outerMorph',
          'hx-sync': `#${id}:drop`,
          'hx-headers': JSON.stringify({ 'If-None-Match': etag, ...headers }),
        }
  return (
    <div id={id} class="live" {...attributes}>
      {children}
    </div>
  )
}

/**
 * For an element whose links all lead to the page it stands on: with the script only the fragment `id` changes, and a
 * poll of what `live` names, on its way, gives room. Without it they are links like any others.
 */
export const boosted = (id: string, live: string = id) => ({
  'hx-boost:inherited': `target:"#${id}" select:"#${id}" swap:"outerMorph show:none"`,
  'hx-sync:inherited': `#${live}:replace`,
})
