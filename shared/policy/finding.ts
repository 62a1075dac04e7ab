/** Where in a document something stands: the keys and indexes that lead to it. */
export type Path = readonly (string | number)[]

/** What a check of a policy can find; `docs/policy-language.md` has a line for each. */
export const FINDING_CODES = [
  'too_large',
  'too_deep',
  'syntax',
  'alias',
  'unknown_field',
  'unknown_signal',
  'unknown_operator',
  'unknown_action',
  'invalid_value',
  'missing_field',
  'duplicate_id',
  'type_error',
  'unsupported',
  'out_of_range',
  'never_matches',
  'unreachable_rule',
  'unused_judge',
  'judge_exceeds_deadline',
  'test_failed',
] as const

export type FindingCode = (typeof FINDING_CODES)[number]
export type Severity = 'error' | 'warning'

/** One thing to say about a policy, with the place in the text as it was sent (an object counts as its JSON, indented by 2). */
export type Finding = {
  readonly severity: Severity
  readonly code: FindingCode
  readonly message: string
  readonly line: number
  readonly column: number
}

/** Writes a finding down. `on: 'key'` points at the name of a field, `offset` into the text of a scalar. */
export type Report = (
  severity: Severity,
  code: FindingCode,
  path: Path,
  message: string,
  where?: { on?: 'key'; offset?: number },
) => void
