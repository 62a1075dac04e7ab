import type { Output } from '#shared/contract/endpoint.ts'
import type { evalTrend } from '#shared/contract/evals.ts'
import type { Viewer } from '../viewer.ts'
import { count } from './quantity.ts'

type Day = Output<typeof evalTrend>['names'][number]['days'][number]

const STEP = 10
const BAR = 7
const HEIGHT = 36

/** The share that passed on each day, as a bar against a track of full height; a day without any has a short line. */
export const PassDays = ({ viewer, days, label }: { viewer: Viewer; days: Day[]; label: string }) => {
  const { evals: text } = viewer.text
  const width = days.length * STEP - (STEP - BAR)
  return (
    <svg
      class="pass-days"
      viewBox={`0 0 ${width} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {days.map(({ day, count: of, passed }, at) => {
        const height = of === 0 ? 0 : Math.round((passed / of) * HEIGHT * 10) / 10
        return (
          <g>
            <title>
              {of === 0 ? text.day_none(day) : text.day(day, count(viewer, passed), count(viewer, of))}
            </title>
            <rect
              class={of === 0 ? 'pass-none' : 'pass-track'}
              x={at * STEP}
              y={of === 0 ? HEIGHT - 2 : 0}
              width={BAR}
              height={of === 0 ? 2 : HEIGHT}
            />
            {of > 0 && (
              <rect class="pass-bar" x={at * STEP} y={HEIGHT - height} width={BAR} height={height} />
            )}
          </g>
        )
      })}
    </svg>
  )
}
