import { HubError } from '../../errors.ts'

/** One part of a multipart body: where its bytes lie, and what its header says of them. */
export type Part = {
  /** Empty where the part has none: an erasure left it so. */
  name: string
  content_type: string
  offset: number
  length: number
}

/** A multipart body, its bytes untouched. */
export type Multipart = { raw: Buffer; parts: Part[] }

const MOST_PARTS = 20_000
const MOST_HEADER_BYTES = 8192
const LONGEST_BOUNDARY = 200
const CRLF = '\r\n'
const DASH = 0x2d
const CR = 0x0d
const LF = 0x0a

const malformed = (detail: string) => new HubError('malformed_multipart', { detail })

const nameOf = (index: number, name: string): string =>
  `part ${index}${name === '' ? '' : ` (${JSON.stringify(name.slice(0, 160))})`}`

/** The first line is the boundary; a request's `content-type` names it too. */
function delimiterOf(raw: Buffer): Buffer {
  const end = raw.subarray(0, LONGEST_BOUNDARY + 4).indexOf(CRLF)
  const line = raw
    .subarray(0, end === -1 ? 0 : end)
    .toString('latin1')
    .trimEnd()
  if (!/^--[\x21-\x7e]+$/.test(line)) throw malformed('The body does not begin with its boundary')
  return Buffer.from(CRLF + line, 'latin1')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The name in a `content-disposition`; clients do not escape quotes in it. */
function partName(disposition: string): string {
  const [, extended] = /;\s*name\*=utf-8''([^;\s]*)/i.exec(disposition) ?? []
  if (extended !== undefined) return decoded(extended)
  const opening = /;\s*name="/i.exec(disposition)
  // The end is sought once: a pattern of both would go through the rest for each beginning.
  const rest = opening ? disposition.slice(opening.index + opening[0].length) : ''
  const closing = rest.search(/"\s*(?:;|$)/)
  if (closing !== -1) return rest.slice(0, closing)
  return /;\s*name=([^;\s"]+)/i.exec(disposition)?.[1] ?? ''
}

function readHeader(text: string): { name: string; content_type: string } {
  const found = { name: '', content_type: '' }
  for (const line of text.split(CRLF)) {
    const colon = line.indexOf(':')
    const field = line.slice(0, Math.max(0, colon)).trim().toLowerCase()
    if (field === 'content-disposition') found.name = partName(line.slice(colon + 1))
    if (field === 'content-type') found.content_type = line.slice(colon + 1).trim()
  }
  return found
}

/** What stands behind a delimiter: the end of all, the beginning of a part, or neither, and then it was content. */
function readTurn(raw: Buffer, at: number): { last: boolean; start: number } | null {
  if (raw[at] === DASH && raw[at + 1] === DASH) return { last: true, start: at + 2 }
  let next = at
  while (raw[next] === 0x20 || raw[next] === 0x09) next++
  return raw[next] === CR && raw[next + 1] === LF ? { last: false, start: next + 2 } : null
}

/** Where the content of a part begins, and its header. */
function readStart(raw: Buffer, start: number, index: number): { offset: number; header: string } {
  if (raw[start] === CR && raw[start + 1] === LF) return { offset: start + 2, header: '' }
  const end = raw.subarray(start, start + MOST_HEADER_BYTES).indexOf('\r\n\r\n')
  if (end === -1)
    throw malformed(`${nameOf(index, '')}: its header has no end within ${MOST_HEADER_BYTES} bytes`)
  return { offset: start + end + 4, header: raw.toString('utf8', start, start + end) }
}

/** The next delimiter at or after a place, and what follows it. */
function findTurn(raw: Buffer, delimiter: Buffer, from: number) {
  for (let at = raw.indexOf(delimiter, from); at !== -1; at = raw.indexOf(delimiter, at + 1)) {
    const turn = readTurn(raw, at + delimiter.length)
    if (turn) return { at, ...turn }
  }
  return null
}

/**
 * Finds the parts of a multipart body by its boundary, byte for byte: what a part says of its own length is not believed.
 * Throws a HubError that names the part where the body breaks off.
 */
export function parseMultipart(bytes: Uint8Array): Multipart {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const delimiter = delimiterOf(raw)
  const parts: Part[] = []
  if (raw.length <= delimiter.length + CRLF.length) return { raw, parts }
  // The first boundary has no line end before it.
  let turn = readTurn(raw, delimiter.length - CRLF.length)
  while (turn && !turn.last) {
    if (parts.length === MOST_PARTS)
      throw new HubError('too_many_items', { detail: `More than ${MOST_PARTS} parts` })
    const { offset, header } = readStart(raw, turn.start, parts.length)
    const { name, content_type } = readHeader(header)
    const next = findTurn(raw, delimiter, offset)
    if (!next) throw malformed(`${nameOf(parts.length, name)}: the body ends before its boundary`)
    const length = next.at - offset
    if (name === '' && length > 0) throw malformed(`${nameOf(parts.length, '')}: it has no name`)
    parts.push({ name, content_type, offset, length })
    turn = next
  }
  return { raw, parts }
}

export const bytesOf = ({ raw }: Multipart, { offset, length }: Pick<Part, 'offset' | 'length'>): Buffer =>
  raw.subarray(offset, offset + length)

/** A part to be written. */
type Written = { name: string; content_type: string; bytes: Uint8Array }

/** Writes a body anew under the boundary that it had; null stands for a part that is gone, and keeps its place. */
export function writeMultipart({ raw }: Multipart, parts: (Written | null)[]): Buffer {
  const delimiter = delimiterOf(raw)
  const line = delimiter.subarray(CRLF.length)
  const pieces = parts.flatMap((part) => {
    const header = part
      ? `${CRLF}Content-Disposition: form-data; name*=utf-8''${encodeURIComponent(part.name.toWellFormed())}` +
        `${CRLF}Content-Type: ${part.content_type.replaceAll(/[\r\n]/g, ' ')}${CRLF}${CRLF}`
      : `${CRLF}${CRLF}`
    return [line, Buffer.from(header), part?.bytes ?? new Uint8Array(), Buffer.from(CRLF)]
  })
  return Buffer.concat([...pieces, line, Buffer.from(`--${CRLF}`)])
}
