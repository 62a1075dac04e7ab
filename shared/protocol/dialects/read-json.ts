import { HubError } from '../../errors.ts'
import { parseJson } from '../../http/parse-json.ts'

/** JSON inside a text, under the guards of a request; undefined when the text is anything else. */
function readJson(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return undefined
  try {
    return parseJson(Buffer.from(text))
  } catch (error) {
    if (error instanceof HubError) return undefined
    throw error
  }
}

/** What an attribute holds: JSON where it is some, else as it is. */
export function unfold(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const read = readJson(value)
  return read === undefined ? value : read
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object that an attribute holds, itself or as JSON. */
export function unfoldRecord(value: unknown): Record<string, unknown> | null {
  const read = unfold(value)
  return isRecord(read) ? read : null
}
