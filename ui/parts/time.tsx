import type { Viewer } from '../viewer.ts'

const STEPS = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Infinity],
] as const

/** How long ago a time was, or how far it is, in words; the script in the page repeats this as time passes. */
export function ago(lang: string, milliseconds: number): string {
  const words = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' })
  let amount = Math.trunc(milliseconds / 1000)
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) return words.format(-amount, unit)
    amount = Math.trunc(amount / size)
  }
  return ''
}

/** A point in time: UTC as painted, the viewer's zone once the script has run; the title keeps the exact time. */
export const Time = ({
  viewer,
  at,
  relative = false,
}: {
  viewer: Viewer
  at: string
  relative?: boolean
}) => {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return <bdi>{at}</bdi>
  return (
    <span class="time">
      <time datetime={at} title={at} data-local="">
        {`${time.toISOString().slice(0, 19).replace('T', ' ')} ${viewer.text.utc}`}
      </time>
      {relative && (
        <span class="ago" data-ago={at} title={at}>
          {ago(viewer.lang, viewer.now - time.getTime())}
        </span>
      )}
    </span>
  )
}
