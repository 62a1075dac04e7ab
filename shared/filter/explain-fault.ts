import { FEATURES, FIELD_NAMES, STATES } from './fields.ts'
import { MOST_TERMS, MOST_VALUES, type Fault } from './term.ts'

const AMOUNTS: Record<string, string> = {
  latency: '>2s, <=500ms or 1s..5s',
  cost: '>0.05 or 0.01..1',
  tokens: '>1000 or 2k..8k',
}

const EXPLANATIONS: Record<Fault['code'], (meant: string, fault: Fault) => string> = {
  unknown_field: (meant) =>
    `there is no field of this name.${meant} Fields: ${FIELD_NAMES.join(', ')}. Put a text with a colon in quotes`,
  no_value: () => 'a value is missing after the colon or comma',
  open_quote: () => 'this quote is never closed',
  bad_status: (meant) => `there is no such status.${meant} Expected one of ${STATES.join(', ')}`,
  bad_amount: (_, { near }) => `expected an amount like ${AMOUNTS[near ?? ''] ?? '3, >3 or 1..5'}`,
  bad_range: () => 'this range ends before it begins',
  bad_feature: (meant) => `has: knows ${FEATURES.join(', ')}.${meant}`,
  too_many: () => `at most ${MOST_TERMS} conditions with ${MOST_VALUES} values each make a filter`,
}

/** What is wrong with a filter and what to write instead; for who reads the API. */
export function explainFault(fault: Fault): string {
  const meant = fault.near === null ? '' : ` Did you mean ${fault.near}?`
  return `At character ${fault.from + 1}: ${EXPLANATIONS[fault.code](meant, fault)}`
}
