import type { Header, Item } from '../protocol/saying.ts'
import type { Texts } from './term.ts'
import { textOf } from './text-of.ts'

type Said = {
  name: string | null
  payload: { input: unknown; output: unknown; error?: string | undefined }
}

/** What can be searched of a span or a trace. */
export const textsOf = ({ name, payload }: Said): Texts => ({
  name: name ?? '',
  input: textOf(payload.input),
  output: textOf(payload.output),
  error: payload.error ?? '',
})

/** What an item says of a span, or as its trace's own object; null when it says neither. */
export function textsOfItem({ span, own, about }: Item): Texts | null {
  if (span) return textsOf({ name: span.values.name, payload: span.payload() })
  return own ? textsOf({ name: about?.name ?? null, payload: own.payload() }) : null
}

/** What a document says of its trace as a whole. */
export const textsOfHeader = (header: Header): Texts =>
  textsOf({ name: header.values.name, payload: header.payload() })
