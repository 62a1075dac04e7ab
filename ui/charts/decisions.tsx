import { ActionMark } from '../decisions/action-mark.tsx'
import { count, percent } from '../parts/quantity.ts'
import type { Viewer } from '../viewer.ts'
import { Meter } from './meter.tsx'
import type { Series } from './tiles.tsx'

/** What was decided on the traces of the window, by action; nothing while nothing was. */
export const Decisions = ({ viewer, data }: { viewer: Viewer; data: Series }) => {
  const { charts } = viewer.text
  const actions = Object.entries(data.totals.decisions).toSorted(([, a], [, b]) => b - a)
  if (actions.length === 0) return null
  const all = actions.reduce((sum, [, n]) => sum + n, 0)
  return (
    <section class="chart decisions" aria-labelledby="decisions-title">
      <h2 id="decisions-title">{charts.decisions}</h2>
      <table>
        <tbody>
          {actions.map(([action, n]) => (
            <tr>
              <th scope="row">
                <ActionMark
                  viewer={viewer}
                  action={action}
                  href={viewer.to('/decisions', {
                    project_id: viewer.url.searchParams.get('project_id'),
                    action,
                  })}
                />
              </th>
              <td class="meter-cell">
                {`${count(viewer, n)} · ${percent(viewer, n / all)}`}
                <Meter kind="tokens" share={n / all} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
