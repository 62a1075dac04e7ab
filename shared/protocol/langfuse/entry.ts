import { isRecord } from '../clean.ts'
import { fit, time } from '../native/refuse.ts'
import { SaidEntry } from './said.ts'

/** An entry of `batch` with its envelope read. */
export type Entry = {
  ordinal: number
  id: string
  type: string
  timestamp: number
  body: Record<string, unknown>
  raw: unknown
  at: (string | number)[]
}

export function readEntry(raw: unknown, ordinal: number): Entry {
  const at = ['body', 'batch', ordinal]
  const { id, type, timestamp, body } = fit(SaidEntry, raw, at)
  return { ordinal, id, type, timestamp: time(timestamp, [...at, 'timestamp']), body, raw, at }
}

const textAt = (raw: unknown, name: string): string | null => {
  const value = isRecord(raw) ? raw[name] : undefined
  return typeof value === 'string' && value !== '' ? value : null
}

/** The id that an entry gives itself, whether or not the rest of it can be read. */
export const idOf = (raw: unknown): string | null => textAt(raw, 'id')

/** A client's own log, which speaks of no trace. */
export const isClientLog = (raw: unknown): boolean => textAt(raw, 'type') === 'sdk-log'

/** The id of the trace that an entry names, or is. */
export function traceIdOf(raw: unknown): string | null {
  const body = isRecord(raw) ? raw['body'] : undefined
  const own = textAt(body, 'id') ?? idOf(raw)
  return textAt(raw, 'type') === 'trace-create' ? own : (textAt(body, 'traceId') ?? own)
}
