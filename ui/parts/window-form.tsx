import { fieldTime } from '../charts/bucket-times.ts'
import { betweenOf, slaOf, WINDOWS, windowOf } from '../traces/window.ts'
import type { Viewer } from '../viewer.ts'
import { Icon } from './icon.tsx'

/** What the form itself says, and where the list stands, which a new window begins anew. */
const OWN = new Set(['from', 'to', 'sla', 'range', 'cursor'])

const Custom = ({ viewer }: { viewer: Viewer }) => {
  const { filter, window: text } = viewer.text
  const { searchParams } = viewer.url
  const range = searchParams.get('range')
  return (
    <form method="get" action="/" class="window-custom">
      {[...searchParams]
        .filter(([name]) => !OWN.has(name))
        .map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
      {windowOf(viewer) !== null && range !== null && <input type="hidden" name="range" value={range} />}
      {(['from', 'to'] as const).map((name) => (
        <label class="field">
          <span>{filter[name]}</span>
          <input type="datetime-local" name={name} step="any" value={searchParams.get(name) ?? ''} />
        </label>
      ))}
      <label class="field">
        <span>{text.sla}</span>
        <input
          type="number"
          name="sla"
          min="0.001"
          max="604800"
          step="any"
          inputmode="decimal"
          value={String(slaOf(viewer) / 1000)}
        />
      </label>
      <button class="button primary" type="submit">
        {filter.apply}
      </button>
    </form>
  )
}

/** From a time to a time, the stretches beside it and the one around it are a link away. */
const Beside = ({ viewer }: { viewer: Viewer }) => {
  const { window: text } = viewer.text
  const between = betweenOf(viewer)
  if (between === null) return null
  const { from, to } = between
  const length = to - from
  const at = (start: number, end: number) =>
    viewer.keep('/', { from: fieldTime(start), to: fieldTime(end), cursor: null })
  return (
    <span class="segments">
      <a href={at(from - length, from)} aria-label={text.earlier} title={text.earlier}>
        <Icon name="previous" />
      </a>
      <a href={at(from - length / 2, to + length / 2)}>{text.wider}</a>
      <a href={at(to, to + length)} aria-label={text.later} title={text.later}>
        <Icon name="next" />
      </a>
    </span>
  )
}

/** Chooses the stretch of time that the figures are of, and how long a trace may take. */
export const WindowForm = ({ viewer }: { viewer: Viewer }) => {
  const { window: text } = viewer.text
  const chosen = windowOf(viewer)
  return (
    <div class="window" role="group" aria-label={text.title}>
      <span class="segments">
        {WINDOWS.map((window) => (
          <a
            href={viewer.keep('/', { range: window, from: null, to: null, cursor: null })}
            aria-current={window === chosen ? 'true' : undefined}
          >
            {text.short[window]}
          </a>
        ))}
      </span>
      <Beside viewer={viewer} />
      <details class="window-more">
        <summary class={`button small${chosen === null ? ' is-chosen' : ''}`}>{text.custom}</summary>
        <Custom viewer={viewer} />
      </details>
    </div>
  )
}
