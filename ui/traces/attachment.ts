import { getAttachment } from '#shared/contract/attachments.ts'
import { SANDBOX } from '#shared/http/sandbox.ts'
import type { Asked } from '../fragment.ts'
import { projectIn } from '../fragments/load-span.ts'

/** `/traces/{id}/spans/{id}/attachments/{id}`: bytes of a span, from this very origin and safe to open. */
export async function attachment({ ask, viewer, params }: Asked): Promise<Response> {
  const { trace_id = '', span_id = '', attachment_id = '' } = params
  const asked = { params: { trace_id, span_id, attachment_id } }
  const { body, headers } = await ask.stream(getAttachment, asked, projectIn(viewer))
  return new Response(body, {
    headers: {
      ...SANDBOX,
      'content-type': headers.get('content-type') ?? 'application/octet-stream',
      'content-disposition': headers.get('content-disposition') ?? 'attachment',
    },
  })
}
