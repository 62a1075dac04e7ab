import { scaleLinear } from 'd3-scale'
import { area, line } from 'd3-shape'
import { lonePoints } from './lone-points.ts'

const WIDTH = 100
const HEIGHT = 24
const INSET = 1.5

/** How a figure went over the window, from zero up; a gap where it is not known. The tile says the figure itself. */
export const Sparkline = ({ values }: { values: (number | null)[] }) => {
  const most = Math.max(0, ...values.map((value) => value ?? 0))
  const x = scaleLinear([0, Math.max(1, values.length - 1)], [0, WIDTH])
  const y = scaleLinear([0, most || 1], [HEIGHT - INSET, INSET])
  const at = (value: number | null) => y(value ?? 0)
  const known = (value: number | null) => value !== null
  const stroke = line<number | null>((_, n) => x(n), at)
    .defined(known)
    .digits(1)
  const ground = area<number | null>((_, n) => x(n), HEIGHT, at)
    .defined(known)
    .digits(1)
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <path class="sparkline-ground" d={ground(values) ?? ''} />
      <path class="sparkline-line" d={stroke(values) ?? ''} />
      <path class="sparkline-line lone" d={lonePoints(values, x, y)} />
    </svg>
  )
}
