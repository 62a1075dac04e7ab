import type { previewAlert } from '#shared/contract/alerts.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import { Sparkline } from '../charts/sparkline.tsx'
import { Notice } from '../parts/notice.tsx'
import { count } from '../parts/quantity.ts'
import { Time } from '../parts/time.tsx'
import type { Viewer } from '../viewer.ts'
import { figure } from './alert-table.tsx'

export type Previewed = Output<typeof previewAlert>

const MOST_SHOWN = 10

/** When an alert would have fired, and how its figure went. */
export const Preview = ({ viewer, preview }: { viewer: Viewer; preview: Previewed }) => {
  const { alerts: text } = viewer.text
  const { firings, points, step_minutes } = preview
  const known = points.flatMap(({ value }) => (value === null ? [] : [value]))
  const title = firings.length === 0 ? text.would_not : text.would(count(viewer, firings.length))
  return (
    <Notice kind={firings.length === 0 ? 'good' : 'warn'} title={title}>
      <div class="alert-preview">
        <Sparkline values={points.map(({ value }) => value)} />
      </div>
      <p>
        {known.length === 0
          ? text.no_values
          : text.range(
              figure(
                viewer,
                known.reduce((least, value) => Math.min(least, value), Infinity),
              ),
              figure(
                viewer,
                known.reduce((most, value) => Math.max(most, value), -Infinity),
              ),
            )}
      </p>
      <ul>
        {firings.slice(-MOST_SHOWN).map(({ from, until }) => (
          <li>
            <Time viewer={viewer} at={from} /> –{' '}
            {until === null || until === undefined ? text.still : <Time viewer={viewer} at={until} />}
          </li>
        ))}
      </ul>
      <p class="hint">{text.steps(count(viewer, step_minutes))}</p>
    </Notice>
  )
}
