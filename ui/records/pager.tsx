import type { Viewer } from '../viewer.ts'
import { given } from './choices.tsx'

type Props = {
  viewer: Viewer
  home: string
  label: string
  next_cursor: string | null
  /** Pages that go by time lead to newer and older ones, others to the first and the next. */
  by_time: boolean
}

/** Leads from a page of records to the others. */
export const Pager = ({ viewer, home, label, next_cursor, by_time }: Props) => {
  const { records } = viewer.text
  const to = (cursor: string | null) => viewer.keep(home, { cursor, acted: null })
  return (
    <nav class="pager" aria-label={label}>
      {given(viewer, 'cursor') !== undefined && (
        <a class="button small" href={to(null)}>
          {by_time ? records.newest : records.first}
        </a>
      )}
      {next_cursor !== null && (
        <a class="button small" rel="next" href={to(next_cursor)}>
          {by_time ? records.older : records.next}
        </a>
      )}
    </nav>
  )
}
