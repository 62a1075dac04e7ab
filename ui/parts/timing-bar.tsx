import { statusCode, statusName } from '#shared/schema/status.ts'

const WIDTH = 1000
const LEAST = 6

/** From when to when a trace goes, in milliseconds since 1970; it ends with the last thing known, never with now. */
export type Frame = { from: number; to: number }

/** The frame of a tree's timing bars. */
export const frameOf = ({ start_time, end_time }: { start_time: string; end_time: string }): Frame => {
  const from = Date.parse(start_time)
  return { from, to: Math.max(Date.parse(end_time), from + 1) }
}

type Timed = { start_time: string | null; end_time: string | null; status: string }

/** When a span ran, inside the time of its trace; an open one reaches to the last thing known. */
export const TimingBar = ({ span, frame }: { span: Timed; frame: Frame }) => {
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
    >
      <rect class="bar" x={Math.round(x)} y="1" width={Math.round(width)} height="8" rx="2" />
    </svg>
  )
}
