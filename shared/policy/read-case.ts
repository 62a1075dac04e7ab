import { readDuration } from './duration.ts'
import type { Path } from './finding.ts'
import type { CaseSpec } from './policy.ts'
import { isRecord } from './read-path.ts'
import { reportUnknown } from './report-unknown.ts'
import type { Reader } from './read-when.ts'

const MOST_GROUPED = 8
const LONGEST_SECONDS = 31_536_000
const LONGEST_ASSIGNEE = 128

/** What every case is grouped by anyhow. */
const ALWAYS = 'rule'

function readGroupBy(value: unknown, path: Path, { knows, report }: Reader): string[] {
  if (value === undefined) return []
  if (!Array.isArray(value) || value.length > MOST_GROUPED) {
    report('error', 'invalid_value', path, `\`group_by\` is a list of at most ${MOST_GROUPED} fields`)
    return []
  }
  return value.flatMap((field: unknown, at) => {
    const place = [...path, at]
    if (field === ALWAYS) return []
    if (typeof field !== 'string') {
      report('error', 'invalid_value', place, 'this is the name of a field, such as trace.user_id')
      return []
    }
    const known = knows(field.split('.'))
    if (!known.known) report('error', 'unknown_signal', place, `unknown field "${field}"${known.meant}`)
    return [field]
  })
}

function readSeconds(value: unknown, path: Path, { report }: Reader): number | null {
  if (value === undefined) return null
  const seconds = (readDuration(value) ?? 0) / 1000
  if (seconds >= 60 && seconds <= LONGEST_SECONDS) return Math.floor(seconds)
  report('error', 'invalid_value', path, 'this is a time from 1m to 365d, written 15m, 4h or 2d')
  return null
}

function readSla(value: unknown, path: Path, reader: Reader): [ack: number | null, resolve: number | null] {
  if (value === undefined) return [null, null]
  if (!isRecord(value)) {
    reader.report('error', 'invalid_value', path, '`sla` is an object with `ack` and `resolve`')
    return [null, null]
  }
  reportUnknown(value, ['ack', 'resolve'], path, reader.report, 'error')
  const ack = readSeconds(value['ack'], [...path, 'ack'], reader)
  const resolve = readSeconds(value['resolve'], [...path, 'resolve'], reader)
  if (ack !== null && resolve !== null && ack > resolve)
    reader.report('error', 'invalid_value', path, '`ack` is not later than `resolve`')
  return [ack, resolve]
}

/** Reads `case` of a rule: `true`, or how its cases are grouped, how soon they are due, and whose they are. */
export function readCase(value: unknown, path: Path, reader: Reader): CaseSpec | null {
  const { report } = reader
  if (value === undefined || value === null) return null
  if (value !== true && !isRecord(value)) {
    report('error', 'invalid_value', path, '`case` is true, or an object with `group_by`, `sla`, `assignee`')
    return null
  }
  const said = value === true ? {} : value
  reportUnknown(said, ['group_by', 'sla', 'assignee'], path, report, 'error')
  const { assignee = null } = said
  const is_name = typeof assignee === 'string' && /\S/.test(assignee) && assignee.length <= LONGEST_ASSIGNEE
  if (assignee !== null && !is_name)
    report('error', 'invalid_value', [...path, 'assignee'], 'this is a name of at most 128 characters')
  const [ack_seconds, resolve_seconds] = readSla(said['sla'], [...path, 'sla'], reader)
  return {
    group_by: readGroupBy(said['group_by'], [...path, 'group_by'], reader),
    ack_seconds,
    resolve_seconds,
    assignee: is_name ? assignee.trim() : null,
  }
}
