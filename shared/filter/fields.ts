import { STATUSES } from '../schema/status.ts'

/** What a filter can name that is a text of the trace; `column` is its name in lists and in the table. */
export const TEXT_FIELDS = {
  status: 'status',
  model: 'model',
  env: 'environment',
  user: 'user_id',
  session: 'session_id',
  tag: 'tags',
  name: 'name',
  release: 'release',
  id: 'trace_id',
  type: 'span_type',
  decision: 'decision',
} as const

/** What a filter can name that is a quantity, and its units: each so many of the smallest thing that is counted. */
export const AMOUNT_FIELDS = {
  latency: { '': 1000, us: 1, ms: 1000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 },
  cost: { '': 1_000_000_000 },
  tokens: { '': 1, k: 1000 },
  spans: { '': 1 },
  errors: { '': 1 },
} as const satisfies Record<string, Record<string, number>>

/** What a trace can have or not. */
export const FEATURES = [
  'error',
  'cost',
  'tokens',
  'user',
  'session',
  'tag',
  'decision',
  'review',
  'open',
] as const

/** The states that a filter knows. */
export const STATES = [...STATUSES, 'stale'] as const

/** What a text can be held to; `name` is also a name of the trace, so a list means that by it. */
const TEXT_SCOPES = ['input', 'output', 'error'] as const

/** Longer names that people write for the same. */
const ALIASES = {
  environment: 'env',
  user_id: 'user',
  session_id: 'session',
  tags: 'tag',
  duration: 'latency',
  span: 'type',
  trace: 'id',
  trace_id: 'id',
  state: 'status',
} as const satisfies Record<string, TextField | AmountField>

export type TextField = keyof typeof TEXT_FIELDS
export type AmountField = keyof typeof AMOUNT_FIELDS
export type Feature = (typeof FEATURES)[number]

export const isTextField = (name: string): name is TextField => Object.hasOwn(TEXT_FIELDS, name)
export const isAmountField = (name: string): name is AmountField => Object.hasOwn(AMOUNT_FIELDS, name)
export const isFeature = (name: string): name is Feature => FEATURES.some((known) => known === name)

/** A part of what a span says, under whatever case of its name; null when it is none. */
export const scopeOf = (name: string) => TEXT_SCOPES.find((scope) => scope === name.toLowerCase()) ?? null

/** A field under its own name, whatever of its names was said; null when it is none. */
export function fieldOf(name: string): TextField | AmountField | 'has' | null {
  const lower = name.toLowerCase()
  if (isTextField(lower) || isAmountField(lower) || lower === 'has') return lower
  const found = Object.entries(ALIASES).find(([alias]) => alias === lower)
  return found ? found[1] : null
}

/** All that stands before a colon. */
export const FIELD_NAMES: readonly string[] = [
  ...Object.keys(TEXT_FIELDS),
  ...Object.keys(AMOUNT_FIELDS),
  'has',
  ...TEXT_SCOPES,
]
