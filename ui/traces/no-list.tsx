import type { PropsWithChildren } from 'hono/jsx'
import { Notice } from '../parts/notice.tsx'
import type { Viewer } from '../viewer.ts'
import { isNarrowed, RANGES, rangeOf, toList, without } from './filter.ts'

type For = { viewer: Viewer }

const isTimed = ({ url }: Viewer) => Boolean(url.searchParams.get('from') || url.searchParams.get('to'))

/** Links to longer windows than the one that was looked at. */
const Wider = ({ viewer }: For) => {
  const range = rangeOf(viewer)
  const hours = RANGES[range]
  if (hours === null && !isTimed(viewer)) return null
  return (
    <>
      {(['24h', '7d', '30d', 'all'] as const)
        .filter((wider) => isTimed(viewer) || (RANGES[wider] ?? Infinity) > (hours ?? 0))
        .map((wider) => (
          <a
            class="button"
            href={toList(viewer, { range: wider === 'all' ? null : wider, from: null, to: null })}
          >
            {viewer.text.list.widen[wider]}
          </a>
        ))}
    </>
  )
}

/** Nothing fits, or nothing more: what to do about it. */
export const NoMatch = ({ viewer }: For) => {
  const { filter, list } = viewer.text
  if (viewer.url.searchParams.has('cursor')) {
    return (
      <section class="empty">
        <h2>{list.no_older}</h2>
        <a class="button" href={toList(viewer)}>
          {list.newest}
        </a>
      </section>
    )
  }
  return (
    <section class="empty">
      <h2>{list.no_match}</h2>
      <p>{list.no_match_next}</p>
      <div class="choices">
        {isNarrowed(viewer) && (
          <a class="button" href={without(viewer)}>
            {filter.clear}
          </a>
        )}
        <Wider viewer={viewer} />
      </div>
    </section>
  )
}

/** The hub gave up: shorter windows, each a link. */
export const TooSlow = ({ viewer }: For) => {
  const { filter, list } = viewer.text
  const hours = isTimed(viewer) ? Infinity : (RANGES[rangeOf(viewer)] ?? Infinity)
  return (
    <Notice kind="warn" title={list.slow_title}>
      <p>{list.slow}</p>
      <div class="choices">
        {(['1h', '6h', '24h'] as const)
          .filter((shorter) => RANGES[shorter] < hours)
          .map((shorter) => (
            <a class="button small" href={toList(viewer, { range: shorter, from: null, to: null })}>
              {list.narrow[shorter]}
            </a>
          ))}
        <a class="button small" href={without(viewer)}>
          {filter.clear}
        </a>
      </div>
    </Notice>
  )
}

/** The query bar says what is wrong with the filter. */
export const Unread = ({ viewer }: For) => (
  <section class="empty">
    <h2>{viewer.text.bar.unread}</h2>
    <p>{viewer.text.bar.unread_next}</p>
    <a class="button" href={without(viewer)}>
      {viewer.text.filter.clear}
    </a>
  </section>
)

/** The API refused, in its own words. */
export const Refused = ({ viewer, children }: PropsWithChildren<For>) => (
  <Notice kind="bad" title={viewer.text.problem.refused_title}>
    <p>{children}</p>
    <a href={without(viewer)}>{viewer.text.filter.clear}</a>
  </Notice>
)
