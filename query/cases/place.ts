import { HubError } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'

/** Where a page of cases ended: by time, or by severity and due time. The time is in microseconds since 1970. */
export type Place = { severity: number | null; at: number; id: string }

const LATEST = 8_000_000_000_000_000

export const writePlace = ({ severity, at, id }: Place): string =>
  Buffer.from(`${severity ?? ''} ${at} ${id}`).toString('base64url')

/** Reads a cursor back; what was not written here, or for another order, is an error of the caller. */
export function readPlace(cursor: string, by_urgency: boolean): Place {
  const [severity = '', at = '', id = ''] = Buffer.from(cursor, 'base64url').toString('latin1').split(' ')
  const is_right = by_urgency ? /^[0-3]$/.test(severity) : severity === ''
  if (!is_right || !/^\d{1,16}$/.test(at) || Number(at) > LATEST || !isUuid(id)) {
    throw new HubError('validation_error', {
      issues: [{ type: 'value_error', loc: ['query', 'cursor'], msg: 'Send next_cursor as it came' }],
    })
  }
  return { severity: by_urgency ? Number(severity) : null, at: Number(at), id }
}
