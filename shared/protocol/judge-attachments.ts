import type { Attachment, Refusal } from './saying.ts'

const MOST_BYTES = 10 * 1024 * 1024
const MOST_OF_ITEM = 50
const LONGEST_NAME = 255

const UNKNOWN_TYPE = 'application/octet-stream'
const MEDIA_TYPE = /^[\w.+-]{1,60}\/[\w.+-]{1,80}$/

/** The media type of a `content-type`, without its parameters. */
function mediaType(said: string): string {
  const type = said.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return MEDIA_TYPE.test(type) ? type : UNKNOWN_TYPE
}

/** Why one attachment is not taken; null when it is. `taken`: how many of its item's came before it. */
function faultOf({ name, length }: Attachment, taken: number): Omit<Refusal, 'index' | 'id'> | null {
  if (name === '' || name.length > LONGEST_NAME || !name.isWellFormed()) {
    const detail = `attachment: its name is not 1 to ${LONGEST_NAME} characters long`
    return { code: 'attachment_name', detail }
  }
  if (length > MOST_BYTES) {
    const detail = `attachment: it is larger than ${MOST_BYTES / 1024 / 1024} MB`
    return { code: 'attachment_too_large', detail }
  }
  if (taken < MOST_OF_ITEM) return null
  return { code: 'too_many_attachments', detail: `attachment: its span came with more than ${MOST_OF_ITEM}` }
}

/**
 * Judges the attachments of one item. Each that is refused is one more item received and rejected, under the position and
 * id of its item, which is kept itself. Of two with one name the last counts.
 */
export function judgeAttachments(
  sent: Attachment[],
  index: number,
  id: string | null,
): { attachments: Attachment[]; refused: Refusal[] } {
  const attachments = new Map<string, Attachment>()
  const refused: Refusal[] = []
  for (const attachment of sent) {
    const again = attachments.has(attachment.name) ? 1 : 0
    const fault = faultOf(attachment, attachments.size - again)
    if (fault) refused.push({ index, id, ...fault })
    else {
      attachments.set(attachment.name, { ...attachment, content_type: mediaType(attachment.content_type) })
    }
  }
  return { attachments: [...attachments.values()], refused }
}
