import { HubError } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'

/** Where a page ended of a list that is sorted by time and then by id. The time is in microseconds since 1970. */
export type Position = { at: number; id: string }

const LATEST = 8_000_000_000_000_000

export const writeCursor = ({ at, id }: Position): string => Buffer.from(`${at} ${id}`).toString('base64url')

/** Reads a cursor back; what was not written here is an error of the caller. */
export function readCursor(cursor: string): Position {
  const [at = '', id = ''] = Buffer.from(cursor, 'base64url').toString('latin1').split(' ')
  if (!/^\d{1,16}$/.test(at) || Number(at) > LATEST || !isUuid(id)) {
    throw new HubError('validation_error', {
      issues: [{ type: 'value_error', loc: ['query', 'cursor'], msg: 'Send next_cursor as it came' }],
    })
  }
  return { at: Number(at), id }
}
