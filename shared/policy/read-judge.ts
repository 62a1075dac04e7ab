import { isAction } from './actions.ts'
import type { CatalogueEntry } from './catalogue-types.ts'
import { readDuration } from './duration.ts'
import type { Path, Report } from './finding.ts'
import type { Judge } from './policy.ts'
import { isRecord } from './read-path.ts'
import { reportUnknown } from './read-rule.ts'

const FIELDS = [
  'use',
  'model',
  'endpoint',
  'prompt',
  'returns',
  'timeout',
  'sample',
  'cache',
  'budget',
  'on_error',
]
const TYPES = { number: 'double', string: 'string', bool: 'bool', action: 'string' } as const

const DEFAULT_TIMEOUT = 600

function readReturns(name: string, value: unknown, path: Path, report: Report): CatalogueEntry[] {
  if (!isRecord(value)) {
    report('error', 'invalid_value', path, '`returns` is an object of names and types')
    return []
  }
  return Object.entries(value).flatMap(([field, type]) => {
    const known = Object.entries(TYPES).find(([word]) => word === type)
    if (known) return [{ name: `judges.${name}.${field}`, type: known[1], description: 'of a judge' }]
    report('error', 'invalid_value', [...path, field], 'a type is number, string, bool or action')
    return []
  })
}

/** Reads one judge, and what rules may read of it. */
export function readJudge(
  name: string,
  spec: unknown,
  report: Report,
): { judge: Judge; entries: CatalogueEntry[] } | null {
  const path: Path = ['judges', name]
  if (!/^[A-Za-z_]\w{0,63}$/.test(name) || !isRecord(spec)) {
    report('error', 'invalid_value', path, 'a judge is an object under a name of letters, digits and _')
    return null
  }
  reportUnknown(spec, FIELDS, path, report, 'error')
  const { returns = { score: 'number' }, on_error = 'open', timeout } = spec
  const timeout_ms = timeout === undefined ? DEFAULT_TIMEOUT : readDuration(timeout)
  if (timeout_ms === null)
    report('error', 'invalid_value', [...path, 'timeout'], 'a duration is written 800ms or 2s')
  const on = on_error === 'open' || on_error === 'closed' || isAction(on_error) ? on_error : null
  if (on === null) {
    report(
      'error',
      'invalid_value',
      [...path, 'on_error'],
      '`on_error` is open, closed or one of the five actions',
    )
  }
  return {
    judge: {
      name,
      timeout_ms: timeout_ms ?? DEFAULT_TIMEOUT,
      on_error: on ?? 'closed',
      returns_action: isRecord(returns) && Object.values(returns).includes('action'),
      spec,
    },
    entries: readReturns(name, returns, [...path, 'returns'], report),
  }
}
