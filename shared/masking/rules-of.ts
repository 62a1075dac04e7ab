import { HubError } from '../errors.ts'
import { checkOf } from '../schema/check.ts'
import { Masking } from '../schema/masking.ts'
import { compileRules, type Rules } from './mask-document.ts'

function rulesOf(masking: unknown): Rules | null {
  if (masking === null) return null
  if (checkOf(Masking).Check(masking)) return compileRules(masking)
  throw new Error('the masking settings of the project are not ones that the hub knows')
}

/** Masks by a project's rules, null when it has none; what cannot be masked is refused, never stored as it came. */
export function withRules<T>(masking: unknown, mask: (rules: Rules | null) => T): T {
  try {
    return mask(rulesOf(masking))
  } catch (cause) {
    if (cause instanceof HubError) throw cause
    throw new HubError('masking_failed', { cause, retry_after: 5 })
  }
}
