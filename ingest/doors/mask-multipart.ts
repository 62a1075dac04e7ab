import { HubError } from '#shared/errors.ts'
import { parseJson, parseToRewrite } from '#shared/http/parse-json.ts'
import { MAX_STORED_BYTES, type Body } from '#shared/http/read-body.ts'
import { maskAttachments } from '#shared/masking/mask-attachments.ts'
import { maskShaped, maskText, type Rules } from '#shared/masking/mask-document.ts'
import { shapeOf } from '#shared/masking/shapes.ts'
import { isRecord } from '#shared/protocol/clean.ts'
import { entriesOf, type Entry } from '#shared/protocol/langsmith/entries.ts'
import {
  bytesOf,
  parseMultipart,
  writeMultipart,
  type Multipart,
  type Part,
} from '#shared/protocol/langsmith/multipart.ts'

type Written = { name: string; content_type: string; bytes: Uint8Array }

const NOTHING = new Uint8Array()
const JSON_TYPE = 'application/json'

/** What a part in JSON says without what is hidden; nothing where it cannot be read, and then it is refused as such. */
function maskJson(rules: Rules, bytes: Uint8Array, kind: string, member: string | null): Uint8Array {
  try {
    parseJson(bytes)
  } catch (error) {
    if (error instanceof HubError) return NOTHING
    throw error
  }
  const value = parseToRewrite(bytes)
  const shape = shapeOf(kind)
  if (member === null) return Buffer.from(JSON.stringify(maskShaped(rules, shape, value)))
  const holder = maskShaped(rules, shape, { [member]: value })
  return Buffer.from(JSON.stringify(isRecord(holder) ? (holder[member] ?? null) : null))
}

/** The files of a run, masked together, since no two may come to have one name. */
function maskFiles(
  rules: Rules,
  body: Multipart,
  entry: Entry,
  places: Map<Part, number>,
  into: (Written | null)[],
): void {
  if (entry.kind !== 'post' && entry.kind !== 'patch') return
  const files = entry.files.map(({ name, part }) => ({
    ...{ name, content_type: part.content_type, bytes: bytesOf(body, part) },
  }))
  maskAttachments(rules, files).forEach((file, at) => {
    const part = entry.files[at]?.part
    const place = part ? places.get(part) : undefined
    if (place !== undefined) into[place] = { ...file, name: `attachment.${entry.id}.${file.name}` }
  })
}

/** Hides in a multipart body what its project hides; its parts keep their places. */
export function maskMultipart(rules: Rules, body: Multipart): { body: Body; document: Multipart } {
  const entries = entriesOf(body)
  const parts = body.parts.map((part, at): Written | null => {
    const entry = entries[at]
    if (!entry || entry.kind === 'gone') return null
    const { name } = part
    if (entry.kind === 'unknown') return { name: maskText(rules, name), content_type: '', bytes: NOTHING }
    const kind = entry.kind === 'feedback' ? 'langsmith-feedback' : 'langsmith-run'
    const member = entry.kind === 'belongs' ? (name.split('.').at(-1) ?? '') : null
    if (name.startsWith('attachment.')) return null
    return { name, content_type: JSON_TYPE, bytes: maskJson(rules, bytesOf(body, part), kind, member) }
  })
  const places = new Map(body.parts.map((part, at) => [part, at]))
  for (const entry of entries) maskFiles(rules, body, entry, places, parts)
  const raw = writeMultipart(body, parts)
  if (raw.length > MAX_STORED_BYTES) throw new HubError('body_too_large')
  const sent = Bun.zstdCompressSync(raw, { level: 1 })
  return { body: { sent, encoding: 'zstd', raw }, document: parseMultipart(raw) }
}
