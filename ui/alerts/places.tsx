import type { Viewer } from '../viewer.ts'

export const ALERTS = '/alerts'

/** Subscriptions and alerts are two pages of one matter. */
export const Places = ({ viewer, here }: { viewer: Viewer; here: 'subscriptions' | 'alerts' }) => {
  const { alerts: text } = viewer.text
  const project_id = viewer.url.searchParams.get('project_id')
  const places = [
    ['subscriptions', '/notifications', text.subscriptions],
    ['alerts', ALERTS, text.title],
  ] as const
  return (
    <nav class="segments" aria-label={text.places}>
      {places.map(([name, path, title]) => (
        <a href={viewer.to(path, { project_id })} aria-current={name === here ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  )
}
