import { duration } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import { wordFor } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'

const MICROS_IN_MS = 1000

/** How long each part of a decision took, longest first. */
export const Timings = ({ viewer, timings }: { viewer: Viewer; timings: Record<string, number> }) => {
  const { decisions: text } = viewer.text
  const parts = Object.entries(timings).toSorted(([, a], [, b]) => b - a)
  if (parts.length === 0) return null
  return (
    <dl class="timings">
      {parts.map(([name, us]) => (
        <div>
          <dt>{wordFor(text.timing, name) ?? <Said>{name}</Said>}</dt>
          <dd>{duration(viewer, us / MICROS_IN_MS)}</dd>
        </div>
      ))}
    </dl>
  )
}
