import { nearest } from '#shared/filter/nearest.ts'
import { isAction } from './actions.ts'
import type { CatalogueEntry } from './catalogue-types.ts'
import { readDuration } from './duration.ts'
import type { Path, Report } from './finding.ts'
import { JUDGE_KINDS, type Judge, type JudgeKind, type ReturnType } from './policy.ts'
import { isRecord } from './read-path.ts'
import { reportUnknown } from './report-unknown.ts'

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

const TIMEOUT = { otherwise: 600, most: 60_000 }
const CACHE = { otherwise: 0, most: 30 * 86_400_000 }
const MOST_TEXT = 8000

/** What the MVP's judges answer; `signals` beside it is whatever the judge has. */
const MVP_RETURNS = {
  action: 'action',
  confidence: 'number',
  reason_code: 'string',
  rationale: 'string',
} as const

/** Where the operator's own endpoint is meant; the same as none. */
const OPERATORS_ENDPOINT = '${JUDGE_URL}'

const isReturnType = (value: unknown): value is ReturnType =>
  Object.keys(TYPES).some((name) => name === value)

function readReturns(value: unknown, use: JudgeKind, path: Path, report: Report): Record<string, ReturnType> {
  if (use !== 'llm') {
    if (value !== undefined)
      report('error', 'invalid_value', path, `\`use: ${use}\` has an answer of its own`)
    return MVP_RETURNS
  }
  if (value === undefined) return { score: 'number' }
  if (!isRecord(value)) {
    report('error', 'invalid_value', path, '`returns` is an object of names and types')
    return {}
  }
  const returns: Record<string, ReturnType> = {}
  for (const [field, type] of Object.entries(value)) {
    if (!isReturnType(type))
      report('error', 'invalid_value', [...path, field], 'a type is number, string, bool or action')
    else if (!/^[A-Za-z_]\w{0,63}$/.test(field))
      report('error', 'invalid_value', [...path, field], 'a field has a name of letters, digits and _')
    else if (type === 'action' && Object.values(returns).includes('action'))
      report('error', 'invalid_value', [...path, field], 'a judge returns one action')
    else returns[field] = type
  }
  return returns
}

/** What rules may read of a judge. */
function entriesOf(name: string, use: JudgeKind, returns: Record<string, ReturnType>): CatalogueEntry[] {
  const entries: CatalogueEntry[] = Object.entries(returns).map(([field, type]) => ({
    name: `judges.${name}.${field}`,
    type: TYPES[type],
    description: 'of a judge',
  }))
  if (use === 'llm') return entries
  return [...entries, { name: `judges.${name}.signals`, type: 'dyn', description: 'of a judge' }]
}

function readUse(value: unknown, path: Path, report: Report): JudgeKind {
  if (value === undefined) return 'llm'
  const known = JUDGE_KINDS.find((kind) => kind === value)
  if (known) return known
  const near = nearest(String(value), JUDGE_KINDS)
  report(
    'error',
    'invalid_value',
    path,
    near ? `did you mean ${near}?` : `\`use\` is ${JUDGE_KINDS.join(', ')}`,
  )
  return 'llm'
}

function readText(value: unknown, most: number, path: Path, report: Report): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' && value !== '' && value.length <= most) return value
  report('error', 'invalid_value', path, `this is text of at most ${most} characters`)
  return null
}

function readEndpoint(value: unknown, path: Path, report: Report): string | null {
  if (value === undefined || value === null || value === OPERATORS_ENDPOINT) return null
  const is_web = typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
  if (is_web) return value
  report('error', 'invalid_value', path, 'an endpoint is a URL that starts with https:// or http://')
  return null
}

/** `25%` as a share; a bare number is refused, since 0.25 could mean either. */
function readSample(value: unknown, path: Path, report: Report): number {
  if (value === undefined) return 1
  const found = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(String(value))
  const percent = Number(found?.[1] ?? Number.NaN)
  if (percent >= 0 && percent <= 100) return percent / 100
  report('error', 'invalid_value', path, 'a sample is a percentage: 25%')
  return 1
}

function readBudget(value: unknown, path: Path, report: Report): number | null {
  if (value === undefined || value === null) return null
  const usd = isRecord(value) ? value['usd_per_day'] : undefined
  if (isRecord(value)) reportUnknown(value, ['usd_per_day'], path, report, 'error')
  if (typeof usd === 'number' && usd >= 0 && usd <= 1e6) return usd
  report('error', 'invalid_value', path, 'a budget is {usd_per_day: 5}')
  return null
}

type Range = { otherwise: number; most: number }

function readTime(value: unknown, { otherwise, most }: Range, path: Path, report: Report): number {
  if (value === undefined) return otherwise
  const read = readDuration(value)
  if (read !== null && read > 0 && read <= most) return read
  report(
    'error',
    'invalid_value',
    path,
    `a duration is written 800ms or 2s, and is at most ${most / 1000}s here`,
  )
  return otherwise
}

function readOnError(value: unknown, path: Path, report: Report): Judge['on_error'] {
  if (value === undefined) return 'open'
  if (value === 'open' || value === 'closed' || isAction(value)) return value
  report('error', 'invalid_value', path, '`on_error` is open, closed or one of the five actions')
  return 'closed'
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
  const at = (field: string): Path => [...path, field]
  const use = readUse(spec['use'], at('use'), report)
  const returns = readReturns(spec['returns'], use, at('returns'), report)
  return {
    judge: {
      name,
      use,
      timeout_ms: readTime(spec['timeout'], TIMEOUT, at('timeout'), report),
      on_error: readOnError(spec['on_error'], at('on_error'), report),
      returns,
      returns_action: Object.values(returns).includes('action'),
      model: readText(spec['model'], 255, at('model'), report),
      endpoint: readEndpoint(spec['endpoint'], at('endpoint'), report),
      prompt: readText(spec['prompt'], MOST_TEXT, at('prompt'), report),
      sample: readSample(spec['sample'], at('sample'), report),
      cache_ms: spec['cache'] === undefined ? null : readTime(spec['cache'], CACHE, at('cache'), report),
      usd_per_day: readBudget(spec['budget'], at('budget'), report),
      spec,
    },
    entries: entriesOf(name, use, returns),
  }
}
