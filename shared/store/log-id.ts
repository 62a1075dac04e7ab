import { randomFillSync } from 'node:crypto'

/** A clock that was set back by more than this is followed, or ids would go on into days that have no partition. */
const LARGEST_STEP_BACK_MS = 3_600_000

let last = 0
let sequence = 0
const random = Buffer.alloc(8)

/** A UUIDv7 that rises within the process (RFC 9562 §5.7, §6.2): milliseconds, a counter, then random bits. */
export function logId(now_ms: number): string {
  if (now_ms > last || now_ms < last - LARGEST_STEP_BACK_MS) {
    last = now_ms
    sequence = 0
  } else if (++sequence > 0xfff) {
    last++
    sequence = 0
  }
  randomFillSync(random)
  random[0] = ((random[0] ?? 0) & 0x3f) | 0x80
  const time = last.toString(16).padStart(12, '0')
  const tail = random.toString('hex')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence.toString(16).padStart(3, '0')}-${tail.slice(0, 4)}-${tail.slice(4)}`
}

/** The time in a UUIDv7, microseconds since 1970. */
export const timeOfLogId = (log_id: string): number =>
  Number.parseInt(log_id.slice(0, 8) + log_id.slice(9, 13), 16) * 1000

/** The smallest UUIDv7 of a millisecond. */
export function firstLogIdAt(ms: number): string {
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`
}

/** The smallest UUIDv7 of a day: the bound of the log's partition. */
export const firstLogIdOf = (day: string): string => firstLogIdAt(Date.parse(day))
