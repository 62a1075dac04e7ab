import { isAction, type Outcome } from '#shared/policy/actions.ts'
import { severityOf } from '#shared/policy/judge-failed.ts'
import type { Judge, ReturnType } from '#shared/policy/policy.ts'
import { isRecord } from '#shared/policy/read-path.ts'
import { JudgeError } from './judge.ts'

const MOST_TEXT = 4000
/** A code goes to cases and webhooks, where no words of a trace may go: it is one word, not a sentence. */
const CODE = /^[\w.:-]{1,64}$/
/** Numbers of these names are shares: 85 for 0.85 must not pass for a very good score. */
const SHARES = new Set(['score', 'confidence'])

const isShare = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1

/** Parses what a judge sent; its bytes may be anything. */
export function parseAnswer(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new JudgeError('bad_json')
  }
  if (isRecord(value)) return value
  throw new JudgeError('bad_schema')
}

function fits(name: string, type: ReturnType, value: unknown): boolean {
  if (type === 'action') return isAction(value)
  if (type === 'bool') return typeof value === 'boolean'
  if (type === 'string') return typeof value === 'string'
  return SHARES.has(name) ? isShare(value) : typeof value === 'number' && Number.isFinite(value)
}

const cut = (text: string): string => (text.length > MOST_TEXT ? text.slice(0, MOST_TEXT) : text)

/** The fields that a judge declares, and nothing else that it sent; one that is missing or wrong refuses the whole answer. */
export function readFields({ returns }: Judge, sent: Record<string, unknown>): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(returns)) {
    const value = Object.hasOwn(sent, name) ? sent[name] : undefined
    if (!fits(name, type, value)) throw new JudgeError('bad_schema')
    fields[name] = typeof value === 'string' ? cut(value) : value
  }
  return fields
}

/** What of an answer counts as a verdict: its action, and beside it the names that the MVP gave to the rest. */
export function readVerdict({ name, returns }: Judge, fields: Record<string, unknown>) {
  const [field] = Object.entries(returns).find(([, type]) => type === 'action') ?? []
  const action = field === undefined ? undefined : fields[field]
  const { reason_code, confidence, rationale, reason } = fields
  const said =
    typeof reason_code === 'string' && CODE.test(reason_code) ? reason_code : `JUDGE_${name.toUpperCase()}`
  const outcome: Outcome | null = isAction(action)
    ? { action, reason_code: said, severity: severityOf(action), message: null }
    : null
  const why = [rationale, reason].find((text) => typeof text === 'string') ?? null
  return { outcome, confidence: isShare(confidence) ? confidence : null, rationale: why }
}

/** The signals of a judge of the MVP: numbers and bools by their names. */
export function readSignals(value: unknown): Record<string, number | boolean> {
  if (value === undefined || value === null) return {}
  if (!isRecord(value) || Object.keys(value).length > 100) throw new JudgeError('bad_schema')
  const entries = Object.entries(value).map(([name, one]): [string, number | boolean] => {
    if (typeof one === 'boolean' || (typeof one === 'number' && Number.isFinite(one))) return [name, one]
    throw new JudgeError('bad_schema')
  })
  return Object.fromEntries(entries)
}
