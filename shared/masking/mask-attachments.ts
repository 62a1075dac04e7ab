import { isUtf8 } from 'node:buffer'
import { distinct } from '../protocol/clean.ts'
import { maskInside, maskText, type Rules } from './mask-document.ts'

/** A file that came with a span. */
export type SentFile = { name: string; content_type: string; bytes: Uint8Array }

const MARK = { content_type: 'text/plain', bytes: Buffer.from('[masked:attachment]') }
const TEXT = /^\s*(?:text\/[\w.+-]+|application\/(?:json|xml|yaml|x-ndjson|[\w.-]+\+(?:json|xml)))\s*(?:;|$)/i

/** Rules look at text alone, and a NUL is in none. */
const isText = ({ content_type, bytes }: SentFile): boolean =>
  TEXT.test(content_type) && isUtf8(bytes) && !bytes.includes(0)

/**
 * Masks the files of one span. Of one that says it is text, and is, the text is masked; any other, which no rule can look
 * into, becomes a mark: what cannot be masked is never stored as it came.
 */
export function maskAttachments(rules: Rules, files: SentFile[]): SentFile[] {
  const names = distinct(files.map(({ name }) => maskText(rules, name)))
  return files.map((file, at) => {
    const name = names[at] ?? file.name
    if (!isText(file)) return { name, ...MARK }
    const masked = maskInside(rules, Buffer.from(file.bytes).toString('utf8'))
    return { name, content_type: maskText(rules, file.content_type), bytes: Buffer.from(masked) }
  })
}
