import { STATUSES } from '#shared/schema/status.ts'
import { cost, count, duration } from '../parts/quantity.ts'
import { Time } from '../parts/time.tsx'
import type { Viewer } from '../viewer.ts'
import type { Series } from './tiles.tsx'

/** The figures of both charts over time, as numbers; hours without a trace are left out. */
export const AsTable = ({ viewer, data }: { viewer: Viewer; data: Series }) => {
  const { charts, figures, status } = viewer.text
  const heads = [figures.total, ...STATUSES.map((name) => status[name]), 'p50', 'p95', 'p99']
  return (
    <details class="as-table">
      <summary>{charts.as_table}</summary>
      <div class="table-box" role="region" aria-label={charts.as_table} tabindex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{charts.started}</th>
              {[...heads, figures.over_sla, figures.tokens, figures.cost].map((head) => (
                <th scope="col" class="number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.buckets
              .filter(({ traces }) => traces.total > 0)
              .map((bucket) => (
                <tr>
                  <th scope="row">
                    <Time viewer={viewer} at={bucket.start_time} />
                  </th>
                  {[
                    count(viewer, bucket.traces.total),
                    ...STATUSES.map((name) => count(viewer, bucket.traces[name])),
                    ...[bucket.p50_ms, bucket.p95_ms, bucket.p99_ms].map((ms) => duration(viewer, ms)),
                    count(viewer, bucket.over_sla),
                    count(viewer, bucket.input_tokens + bucket.output_tokens),
                    cost(viewer, bucket.cost_usd),
                  ].map((value) => (
                    <td class="number">{value}</td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
