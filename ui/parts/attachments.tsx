import type { Output } from '#shared/contract/endpoint.ts'
import type { getSpan } from '#shared/contract/traces.ts'
import type { Viewer } from '../viewer.ts'
import { Icon } from './icon.tsx'
import { bytes } from './quantity.ts'
import { Said } from './said.tsx'

type Span = Output<typeof getSpan>['span']
type Attachment = Span['attachments'][number]

/** Drawings of these types run no script, so a page may show them; SVG is not among them. */
const PICTURES = new Set(['png', 'jpeg', 'jpg', 'gif', 'webp', 'avif'].map((kind) => `image/${kind}`))

function hrefOf(viewer: Viewer, { trace_id, project_id, id }: Span, attachment: Attachment): string {
  const [trace, span] = [encodeURIComponent(trace_id), encodeURIComponent(id)]
  return viewer.to(`/traces/${trace}/spans/${span}/attachments/${attachment.id}`, { project_id })
}

const One = ({ viewer, span, attachment }: { viewer: Viewer; span: Span; attachment: Attachment }) => {
  const href = hrefOf(viewer, span, attachment)
  const is_picture = PICTURES.has(attachment.content_type)
  return (
    <li class={is_picture ? 'attachment is-picture' : 'attachment'}>
      <a class="attachment-name" href={href}>
        {is_picture ? <img src={href} alt="" loading="lazy" decoding="async" /> : <Icon name="file" />}
        <Said>{attachment.name}</Said>
      </a>
      <span class="sub">
        {bytes(viewer, attachment.bytes)} · <Said>{attachment.content_type}</Said>
      </span>
    </li>
  )
}

/** The files that came with a span: pictures in small, and of each its name, which leads to it, and its size. */
export const Attachments = ({ viewer, span }: { viewer: Viewer; span: Span }) => {
  if (span.attachments.length === 0) return null
  return (
    <section class="payload">
      <h3>{viewer.text.span.attachments}</h3>
      <ul class="attachments">
        {span.attachments.map((attachment) => (
          <One viewer={viewer} span={span} attachment={attachment} />
        ))}
      </ul>
    </section>
  )
}
