import type { Frame, Span } from '../spans/arrange-spans.ts'
import { statusCode, statusName } from '#shared/schema/status.ts'

const WIDTH = 1000
const LEAST = 6

/** When a span ran, inside the time of its trace; an open one reaches to the last thing known. */
export const TimingBar = ({ span, frame }: { span: Span; frame: Frame }) => {
  if (span.start_time === null) return null
  const scale = WIDTH / (frame.to - frame.from)
  const start = (Date.parse(span.start_time) - frame.from) * scale
  const end = span.end_time === null ? WIDTH : (Date.parse(span.end_time) - frame.from) * scale
  const width = Math.max(LEAST, Math.min(end, WIDTH) - start)
  const x = Math.min(start, WIDTH - width)
  const status = span.end_time === null ? 'running' : statusName(statusCode(span.status))
  return (
    <svg
      class={`timing is-${status}`}
      viewBox={`0 0 ${WIDTH} 10`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <rect class="track" x="0" y="4.5" width={WIDTH} height="1" />
      <rect class="bar" x={x.toFixed(1)} y="1" width={width.toFixed(1)} height="8" rx="2" />
    </svg>
  )
}
