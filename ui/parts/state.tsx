import { statusName, statusCode } from '#shared/schema/status.ts'
import type { Viewer } from '../viewer.ts'
import { Icon } from './icon.tsx'

/** What has become of a trace or a span: icon, word and colour together. */
export const State = ({
  viewer,
  status,
  stale = false,
}: {
  viewer: Viewer
  status: string
  stale?: boolean
}) => {
  const { text } = viewer
  if (stale) {
    return (
      <span class="state state-stale" title={text.stale_means}>
        <Icon name="stale" />
        {text.stale}
      </span>
    )
  }
  const name = statusName(statusCode(status))
  return (
    <span class={`state state-${name}`}>
      <Icon name={name} />
      {text.status[name]}
    </span>
  )
}

/** The same as an icon with its word for those who cannot see it, where many stand under each other. */
export const StateIcon = ({ viewer, status }: { viewer: Viewer; status: string }) => {
  const name = statusName(statusCode(status))
  return (
    <span class={`state state-${name} state-small`} title={viewer.text.status[name]}>
      <Icon name={name} />
      <span class="unseen">{viewer.text.status[name]}</span>
    </span>
  )
}
