import { nearest } from '#shared/filter/nearest.ts'
import { ACTIONS, isAction, type Action, type Outcome } from './actions.ts'
import type { Path, Report } from './finding.ts'
import type { Rule } from './policy.ts'
import { readCase } from './read-case.ts'
import { isRecord } from './read-path.ts'
import { reportUnknown } from './report-unknown.ts'
import { readWhen, type Reader } from './read-when.ts'

const FIELDS = ['id', 'priority', 'when', 'then', 'severity', 'reason', 'message', 'metadata', 'description']

/** Reads one of the five actions, or reports it and takes the strongest. */
export function readAction(value: unknown, path: Path, report: Report): Action {
  if (isAction(value)) return value
  const near = nearest(String(value), ACTIONS)
  const hint = near ? `; did you mean ${near}?` : ` (there is ${ACTIONS.join(', ')})`
  report('error', 'unknown_action', path, `unknown action${hint}`)
  return 'BLOCK'
}

function readText(value: unknown, otherwise: string, path: Path, report: Report): string {
  if (value === undefined || value === null) return otherwise
  if (typeof value === 'string' && value.length <= 1000) return value
  report('error', 'invalid_value', path, 'this is text of at most 1000 characters')
  return otherwise
}

function readOutcome(value: Record<string, unknown>, id: string, path: Path, reader: Reader): Outcome {
  const { report, is_v2 } = reader
  const then = value['then']
  const message = readText(value['message'], '', [...path, 'message'], report) || null
  const severity = readText(value['severity'], 'medium', [...path, 'severity'], report)
  const reason = readText(value['reason'], is_v2 ? id : 'POLICY_MATCH', [...path, 'reason'], report)
  if (!isRecord(then)) {
    const action: Action =
      then === undefined && !is_v2 ? 'ALLOW_ANSWER' : readAction(then, [...path, 'then'], report)
    return { action, reason_code: reason, severity, message }
  }
  const at = [...path, 'then']
  reportUnknown(
    then,
    ['action', 'reason_code', 'severity', 'message'],
    at,
    report,
    is_v2 ? 'error' : 'warning',
  )
  return {
    action:
      then['action'] === undefined ? 'ALLOW_ANSWER' : readAction(then['action'], [...at, 'action'], report),
    reason_code: readText(then['reason_code'], reason, [...at, 'reason_code'], report),
    severity: readText(then['severity'], severity, [...at, 'severity'], report),
    message: readText(then['message'], '', [...at, 'message'], report) || message,
  }
}

/** Reads one rule of either form; null when it is no object. */
export function readRule(value: unknown, at: number, reader: Reader): Rule | null {
  const path: Path = ['rules', at]
  const { report, is_v2 } = reader
  if (!isRecord(value)) {
    report('error', 'invalid_value', path, 'a rule is an object')
    return null
  }
  reportUnknown(value, is_v2 ? [...FIELDS, 'case'] : FIELDS, path, report, is_v2 ? 'error' : 'warning')
  const id = readText(value['id'], `rule-${at + 1}`, [...path, 'id'], report)
  const { priority = 9999 } = value
  if (typeof priority !== 'number')
    report('error', 'invalid_value', [...path, 'priority'], 'a priority is a number')
  const when = readWhen(value['when'], [...path, 'when'], reader)
  return {
    ...when,
    id,
    at,
    priority: typeof priority === 'number' ? priority : 9999,
    outcome: readOutcome(value, id, path, reader),
    opens: is_v2 ? readCase(value['case'], [...path, 'case'], reader) : null,
  }
}
