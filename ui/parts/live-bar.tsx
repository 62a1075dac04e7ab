import type { PropsWithChildren } from 'hono/jsx'
import type { Viewer } from '../viewer.ts'
import { Icon } from './icon.tsx'
import { INTERVALS, intervalOf } from './live.tsx'

type Props = PropsWithChildren<{
  viewer: Viewer
  /** The page that this bar steers. */
  path: string
  /** Nothing can change any more. */
  finished?: boolean
}>

const Controls = ({ viewer, path, every }: { viewer: Viewer; path: string; every: number | null }) => {
  const { text } = viewer
  if (every === null) {
    return (
      <a class="button small" href={viewer.keep(path, { live: null })}>
        <Icon name="play" />
        {text.live.resume}
      </a>
    )
  }
  return (
    <>
      <a class="button small" href={viewer.keep(path, { live: 'off' })}>
        <Icon name="pause" />
        {text.live.pause}
      </a>
      <span class="segments" role="group" aria-label={text.live.every}>
        {INTERVALS.map((seconds) => (
          <a
            href={viewer.keep(path, { every: seconds === INTERVALS[0] ? null : seconds })}
            aria-current={seconds === every ? 'true' : undefined}
          >
            {text.live.seconds(seconds)}
          </a>
        ))}
      </span>
    </>
  )
}

/** Says whether the page updates itself and when it last did, and lets it be paused; its children say what is shown. */
export const LiveBar = ({ viewer, path, finished = false, children }: Props) => {
  const { text } = viewer
  const every = finished ? null : intervalOf(viewer)
  const state = finished ? 'finished' : every === null ? 'paused' : 'live'
  return (
    <section class={`live-bar is-${state}`} aria-label={text.live.label}>
      <span class="pulse" aria-hidden="true" />
      <strong class="live-state">{text.live[state]}</strong>
      <strong class="live-lost" role="alert">
        {text.live.lost}
      </strong>
      <span class="live-updated">
        {text.live.updated}{' '}
        <time datetime={new Date(viewer.now).toISOString()} data-local="clock" data-updated="">
          {`${new Date(viewer.now).toISOString().slice(11, 19)} ${text.utc}`}
        </time>
      </span>
      {children}
      {!finished && (
        <span class="live-controls">
          <Controls viewer={viewer} path={path} every={every} />
          <a class="button small" href={viewer.keep(path, {})}>
            <Icon name="reload" />
            {text.live.reload}
          </a>
        </span>
      )}
      {every !== null && <noscript>{text.live.no_script}</noscript>}
    </section>
  )
}
