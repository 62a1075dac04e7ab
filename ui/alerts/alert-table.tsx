import type { Alert } from '#shared/contract/alerts.ts'
import { Icon } from '../parts/icon.tsx'
import { PostForm } from '../parts/post-form.tsx'
import { Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import { mayManage } from '../people/person.ts'
import type { Viewer } from '../viewer.ts'
import { ALERTS } from './places.tsx'

type At = { viewer: Viewer; alert: Alert }

/** A figure as it is written, to three decimals at most. */
export const figure = ({ lang }: Viewer, value: number): string =>
  new Intl.NumberFormat(lang, { maximumFractionDigits: 3 }).format(value)

const LOOKS = { ok: 'success', pending: 'stale', firing: 'error' } as const

const Mark = ({ viewer, alert: { state, enabled, since } }: At) => {
  const { alerts: text } = viewer.text
  const look = enabled ? LOOKS[state] : 'cancelled'
  return (
    <>
      <span class={`state state-${look}`}>
        <Icon name={look} />
        {enabled ? text.states[state] : text.off}
      </span>
      {enabled && state !== 'ok' && (
        <span class="sub">
          {text.since} <Time viewer={viewer} at={since} relative={true} />
        </span>
      )}
    </>
  )
}

const Watches = ({ viewer, alert }: At) => {
  const { alerts: text } = viewer.text
  const { metric, comparison, threshold, window_minutes, for_minutes, filter } = alert
  return (
    <>
      {text.sentence(
        text.metrics[metric],
        text.comparisons[comparison],
        figure(viewer, threshold),
        figure(viewer, window_minutes),
      )}
      <span class="sub">
        {for_minutes > 0 && text.lasting(figure(viewer, for_minutes))}{' '}
        {Object.entries(filter).map(([name, value]) => (
          <span class="pill">
            {name} <Said>{value}</Said>
          </span>
        ))}
      </span>
    </>
  )
}

const Acts = ({ viewer, alert }: At) => {
  const { alerts: text, cancel } = viewer.text
  const project_id = viewer.url.searchParams.get('project_id')
  const confirmed = viewer.url.searchParams.get('remove') === alert.id
  const to = (verb: string) => viewer.to(`${ALERTS}/${alert.id}/${verb}`, { project_id })
  if (confirmed) {
    return (
      <PostForm viewer={viewer} action={to('remove')} class="confirm">
        <button class="button small danger" type="submit">
          {text.remove_yes}
        </button>
        <a class="button small" href={viewer.to(ALERTS, { project_id })}>
          {cancel}
        </a>
      </PostForm>
    )
  }
  return (
    <PostForm viewer={viewer} action={to(alert.enabled ? 'off' : 'on')} class="confirm">
      <button class="button small" type="submit">
        {alert.enabled ? text.turn_off : text.turn_on}
      </button>
      <a class="button small" href={viewer.to(ALERTS, { project_id, remove: alert.id })}>
        {text.remove}
      </a>
    </PostForm>
  )
}

const Row = ({ viewer, alert }: At) => {
  const { alerts: text, notifications } = viewer.text
  const project_id = viewer.url.searchParams.get('project_id') ?? ''
  const was_checked = Date.parse(alert.checked_at) > 0
  return (
    <tr role="row">
      <th scope="row" role="rowheader" class="cell-name">
        <Said>{alert.name}</Said>
        <span class="sub">{notifications.severities[alert.severity]}</span>
      </th>
      <td role="cell" data-label={text.watches}>
        <Watches viewer={viewer} alert={alert} />
      </td>
      <td role="cell" data-label={text.state}>
        <Mark viewer={viewer} alert={alert} />
      </td>
      <td role="cell" class="number" data-label={text.value}>
        {alert.value === null ? <span class="quiet">–</span> : figure(viewer, alert.value)}
      </td>
      <td role="cell" data-label={text.checked}>
        {was_checked ? (
          <Time viewer={viewer} at={alert.checked_at} relative={true} />
        ) : (
          <span class="quiet">{notifications.none_yet}</span>
        )}
      </td>
      <td role="cell" class="cell-acts">
        {mayManage(viewer.person, project_id) && <Acts viewer={viewer} alert={alert} />}
      </td>
    </tr>
  )
}

/** The alerts of a project, each with what it watches and where it stands. */
export const AlertTable = ({ viewer, alerts }: { viewer: Viewer; alerts: Alert[] }) => {
  const { alerts: text, notifications } = viewer.text
  const names = [text.name, text.watches, text.state, text.value, text.checked]
  return (
    <div class="table-box" role="region" aria-label={text.list} tabindex={0}>
      <table class="projects records alerts" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {names.map((name) => (
              <th scope="col" role="columnheader" class={name === text.value ? 'number' : undefined}>
                {name}
              </th>
            ))}
            <th scope="col" role="columnheader">
              <span class="unseen">{notifications.manage}</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {alerts.map((alert) => (
            <Row viewer={viewer} alert={alert} />
          ))}
        </tbody>
      </table>
    </div>
  )
}
