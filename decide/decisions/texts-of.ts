import { isRecord } from '#shared/protocol/clean.ts'

/** Members of messages that say what they are, not what was said. */
const NOT_SAID = new Set(['role', 'type', 'id'])

/** Every text and number in a value, in its order: whatever a member is called, nothing in it goes unchecked. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value)]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([name, member]) => (NOT_SAID.has(name) ? [] : textsIn(member)))
}

/** What was said, whole, for whoever checks it: a text as it is, of messages and objects all texts. Null: nothing was. */
export function textsOf(value: unknown): string | null {
  if (value === undefined || value === null) return null
  return textsIn(value).join('\n')
}

/** What a payload of the first version of this API says: its `text`, else its `input` or `output`. */
export function payloadText(
  payload: Record<string, unknown> | null | undefined,
  other: 'input' | 'output',
): string | null {
  return textsOf(payload?.['text']) ?? textsOf(payload?.[other])
}
