import { MOST_LEVELS, type Row } from '../spans/arrange-spans.ts'

const STEP = 16
const HEIGHT = 40

/** The lines that show which span is below which. */
export const Guides = ({ row: { depth, lines, last } }: { row: Row }) => {
  const levels = Math.min(depth, MOST_LEVELS)
  if (levels === 0) return null
  const x = (level: number) => level * STEP + STEP / 2
  const through = Array.from({ length: levels - 1 }, (_, level) => level).filter(
    (level) => lines & (1 << level),
  )
  const elbow = x(levels - 1)
  const path = [
    ...through.map((level) => `M${x(level)} 0V${HEIGHT}`),
    `M${elbow} 0V${last ? HEIGHT / 2 : HEIGHT}`,
    `M${elbow} ${HEIGHT / 2}H${elbow + STEP / 2}`,
  ].join('')
  const width = levels * STEP
  return (
    <svg
      class="guides"
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      aria-hidden="true"
      focusable="false"
    >
      <path d={path} />
    </svg>
  )
}
