import type { PropsWithChildren } from 'hono/jsx'
import { Icon, type IconName } from './icon.tsx'

const ICONS = { good: 'success', bad: 'error', warn: 'warning' } as const satisfies Record<string, IconName>

/** A message in the page about what just happened or what stands in the way. */
export const Notice = ({
  kind,
  title,
  children,
}: PropsWithChildren<{ kind: keyof typeof ICONS; title: string }>) => (
  <section class={`notice notice-${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
    <Icon name={ICONS[kind]} />
    <div>
      <h2>{title}</h2>
      {children}
    </div>
  </section>
)
