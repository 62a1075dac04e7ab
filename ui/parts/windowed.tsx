import type { Viewer } from '../viewer.ts'
import { count } from './quantity.ts'

/** A part of a long list. */
export type Window<T> = { items: T[]; from: number; total: number; size: number }

/** The part of a list that the URL asks for. */
export function windowOf<T>({ url }: Viewer, list: T[], size: number): Window<T> {
  const asked = url.searchParams.get('from') ?? ''
  const place = /^\d{1,9}$/.test(asked) ? Number(asked) : 0
  const last = Math.max(0, Math.ceil(list.length / size) - 1)
  const from = Math.min(Math.floor(place / size), last) * size
  return { items: list.slice(from, from + size), from, total: list.length, size }
}

/** Says which part of a long list is shown and leads to the others. */
export const WindowNav = ({
  viewer,
  path,
  window,
}: {
  viewer: Viewer
  path: string
  window: Window<unknown>
}) => {
  const { text } = viewer
  const { from, size, total, items } = window
  if (total <= size) return null
  return (
    <nav class="pager" aria-label={text.trace.windows}>
      <span>
        {text.trace.window(count(viewer, from + 1), count(viewer, from + items.length), count(viewer, total))}
      </span>
      {from > 0 && (
        <a class="button small" rel="prev" href={viewer.keep(path, { from: Math.max(0, from - size) })}>
          {text.trace.earlier}
        </a>
      )}
      {from + size < total && (
        <a class="button small" rel="next" href={viewer.keep(path, { from: from + size })}>
          {text.trace.later}
        </a>
      )}
    </nav>
  )
}
