import { SANDBOX } from '#shared/http/sandbox.ts'
import type { Attachment } from '#shared/protocol/saying.ts'

/** How bytes of a type are answered: as which type, with which ending where the name has none, and shown or saved. */
type Way = { type: string; ending: string; kind: 'inline' | 'attachment' }

const shown = (type: string, ending: string): Way => ({ type, ending, kind: 'inline' })
const saved = (type: string, ending: string): Way => ({ type, ending, kind: 'attachment' })

/** What a browser shows by itself runs nothing. A page or a drawing, which can run script, is saved as mere bytes. */
const WAYS: Record<string, Way> = {
  'image/png': shown('image/png', '.png'),
  'image/jpeg': shown('image/jpeg', '.jpg'),
  'image/jpg': shown('image/jpeg', '.jpg'),
  'image/gif': shown('image/gif', '.gif'),
  'image/webp': shown('image/webp', '.webp'),
  'image/avif': shown('image/avif', '.avif'),
  'text/plain': shown('text/plain; charset=utf-8', '.txt'),
  'text/csv': saved('text/csv; charset=utf-8', '.csv'),
  'application/json': saved('application/json', '.json'),
  'application/pdf': saved('application/pdf', '.pdf'),
  'audio/mpeg': saved('audio/mpeg', '.mp3'),
  'audio/wav': saved('audio/wav', '.wav'),
  'audio/ogg': saved('audio/ogg', '.ogg'),
  'video/mp4': saved('video/mp4', '.mp4'),
  'video/webm': saved('video/webm', '.webm'),
}
const BYTES: Way = saved('application/octet-stream', '')
const LONGEST_FILE_NAME = 150

/** A name without what is not to be seen, steers a reader, or means a place to a file system. */
const fileName = (name: string): string =>
  name
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replaceAll(/[/\\:*?"<>|]/g, '_')
    .replace(/^[\s.]+/, '')
    .slice(0, LONGEST_FILE_NAME)
    .toWellFormed()
    .trim() || 'attachment'

/** RFC 6266: the name in ASCII for old readers, and as it is. */
function disposition(kind: Way['kind'], name: string): string {
  const ascii = name.replaceAll(/[^\w .-]/g, '_')
  const whole = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${whole}`
}

/** Answers with the bytes of an attachment in a way that is safe to open whatever they are. */
export function answerAttachment({ name, content_type }: Attachment, bytes: Uint8Array): Response {
  const way = (Object.hasOwn(WAYS, content_type) ? WAYS[content_type] : undefined) ?? BYTES
  const file = fileName(name)
  const named = /\.\w{1,10}$/.test(file) ? file : `${file}${way.ending}`
  // A copy: the body that the bytes lie in would be held for as long as they are sent.
  return new Response(new Uint8Array(bytes), {
    headers: {
      ...SANDBOX,
      'content-type': way.type,
      'content-disposition': disposition(way.kind, named),
    },
  })
}
