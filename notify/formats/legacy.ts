import { readTime, writeTime } from '#shared/time.ts'
import type { Format } from './message.ts'

/** A time as the MVP wrote it: UTC without saying so, to the microsecond. */
function withoutZone(text: unknown): string | null {
  const micros = typeof text === 'string' ? readTime(text) : null
  if (micros === null) return null
  const [seconds = '', fraction = ''] = writeTime(micros).slice(0, -1).split('.')
  return `${seconds}.${fraction.padEnd(6, '0')}`
}

/** The MVP's body: five fields of the case, and nothing that says which event it is. */
export const legacy: Format = ({ payload, occurred_at }) =>
  JSON.stringify({
    case_id: payload['case_id'] ?? null,
    trace_id: payload['trace_id'] ?? null,
    reason_code: payload['reason_code'] ?? null,
    status: payload['status'] ?? null,
    created_at: withoutZone(payload['created_at']) ?? withoutZone(occurred_at.toISOString()),
  })
