import { isSpanType } from '#shared/schema/span-types.ts'
import type { Viewer } from '../viewer.ts'

/** The kind of a span; a kind that the hub does not know is a plain span. */
export const TypeBadge = ({ viewer, type }: { viewer: Viewer; type: string }) => {
  const known = isSpanType(type) ? type : 'span'
  return <span class={`type type-${known}`}>{viewer.text.span_type[known]}</span>
}
