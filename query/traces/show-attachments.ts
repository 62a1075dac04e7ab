import { createHash } from 'node:crypto'
import type { Static } from '@sinclair/typebox'
import { getAttachment, type Attachment } from '#shared/contract/attachments.ts'
import type { StoredAttachment } from '#shared/store/read-payloads.ts'

/** Stands for a name in an address, where a name such as `..` would be taken for a step up. */
export const attachmentId = (name: string): string =>
  createHash('sha256').update(name).digest('hex').slice(0, 16)

/** What came with a span, and where it can be had. */
export const showAttachments = (
  attachments: StoredAttachment[],
  trace_id: string,
  span_id: string,
): Static<typeof Attachment>[] =>
  attachments.map(({ name, content_type, length }) => {
    const id = attachmentId(name)
    const ids: Record<string, string> = { trace_id, span_id, attachment_id: id }
    const url = getAttachment.path.replaceAll(/:(\w+)/g, (_, param: string) =>
      encodeURIComponent(ids[param] ?? ''),
    )
    return { id, name, content_type, bytes: length, url }
  })
