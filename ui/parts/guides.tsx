import { MOST_LEVELS } from '../spans/tree-state.ts'

const STEP = 16
const HEIGHT = 44

type Props = { depth: number; guides: number; last_child: boolean }

/** The lines that show which span is below which. */
export const Guides = ({ depth, guides, last_child }: Props) => {
  const levels = Math.min(depth, MOST_LEVELS)
  if (levels === 0) return null
  const x = (level: number) => level * STEP + STEP / 2
  const through = Array.from({ length: levels - 1 }, (_, level) => level).filter(
    (level) => guides & (1 << level),
  )
  const elbow = x(levels - 1)
  const path = [
    ...through.map((level) => `M${x(level)} 0V${HEIGHT}`),
    `M${elbow} 0V${last_child ? HEIGHT / 2 : HEIGHT}`,
    `M${elbow} ${HEIGHT / 2}H${elbow + STEP / 2}`,
  ].join('')
  const width = levels * STEP
  return (
    <svg class="guides" width={width} height={HEIGHT} aria-hidden="true">
      <path d={path} />
    </svg>
  )
}
