import { Icon } from '../parts/icon.tsx'
import type { Viewer } from '../viewer.ts'

/** A figure in the window and in the one before; null where there is none. */
export type Pair = { now: number | null; before: number | null }

/** Which direction is the better one; none where more is neither. */
export type Better = 'more' | 'less' | null

type Change = { direction: 'up' | 'down' | 'same'; text: string }

const TIMES_FROM = 10
const SMALLEST = 0.005

const signed = ({ lang }: Viewer, value: number, digits: number, style: 'percent' | 'decimal') =>
  value.toLocaleString(lang, { style, maximumFractionDigits: digits, signDisplay: 'exceptZero' })

/** How a count, a length or a sum changed, by its ratio; null when one of the two is not known. */
export function changeOf(viewer: Viewer, { now, before }: Pair): Change | null {
  if (now === null || before === null) return null
  if (now === before) return { direction: 'same', text: viewer.text.figures.unchanged }
  const direction = now > before ? 'up' : 'down'
  if (before === 0) return { direction, text: viewer.text.figures.from_none }
  const ratio = now / before
  if (ratio >= TIMES_FROM) {
    return { direction, text: `×${ratio.toLocaleString(viewer.lang, { maximumFractionDigits: 0 })}` }
  }
  const digits = Math.abs(ratio - 1) < SMALLEST ? 2 : Math.abs(ratio - 1) < 0.1 ? 1 : 0
  return { direction, text: signed(viewer, ratio - 1, digits, 'percent') }
}

/** How a share changed, in percentage points. */
export function pointsOf(viewer: Viewer, { now, before }: Pair): Change | null {
  if (now === null || before === null) return null
  const points = Number(((now - before) * 100).toFixed(1))
  if (points === 0) return { direction: 'same', text: viewer.text.figures.unchanged }
  const direction = points > 0 ? 'up' : 'down'
  return { direction, text: viewer.text.figures.points(signed(viewer, points, 1, 'decimal')) }
}

function toneOf(direction: Change['direction'], better: Better): string {
  if (direction === 'same' || better === null) return 'plain'
  return (direction === 'up') === (better === 'more') ? 'good' : 'bad'
}

type Props = { viewer: Viewer; change: Change | null; better: Better; before: string }

/** A change as an arrow, a text and a colour, with what it was before. */
export const ChangeMark = ({ viewer, change, better, before }: Props) => {
  const { figures } = viewer.text
  if (change === null) return <span class="change change-plain">{figures.none_before}</span>
  const means = figures.before(before)
  return (
    <span class={`change change-${toneOf(change.direction, better)}`} title={means}>
      <Icon name={change.direction} />
      {change.text}
      <span class="unseen">{`, ${means}`}</span>
    </span>
  )
}
