import { isSpanType, type SpanType } from '#shared/schema/span-types.ts'
import type { Viewer } from '../viewer.ts'
import { Icon, type IconName } from './icon.tsx'

/** The kinds that are told from the work around them at a glance. */
const ICONS: Partial<Record<SpanType, IconName>> = { decision: 'decision', judge: 'judge' }

/** The kind of a span; a kind that the hub does not know is a plain span. */
export const TypeBadge = ({ viewer, type }: { viewer: Viewer; type: string }) => {
  const known = isSpanType(type) ? type : 'span'
  const icon = ICONS[known]
  return (
    <span class={`type type-${known}`}>
      {icon !== undefined && <Icon name={icon} />}
      {viewer.text.span_type[known]}
    </span>
  )
}
