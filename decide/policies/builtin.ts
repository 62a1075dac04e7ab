import { compilePolicy } from '#shared/policy/compile-policy.ts'
import type { Policy } from '#shared/policy/policy.ts'
import { READABLE } from './catalogue.ts'
import type { InForce } from './policy-book.ts'

/**
 * The policy of a project that has none: no rule, so that judges alone may say more than ALLOW_ANSWER. It waits for
 * the model that the operator names as long as the MVP did.
 */
const DEFINITION = { version: 2, name: 'builtin', deadline: '10s', rules: [] }

function compiled(): Policy {
  const { policy } = compilePolicy(DEFINITION, READABLE)
  if (!policy) throw new Error('the built-in policy does not compile')
  return policy
}

/** What decides while no version is active. */
export const BUILTIN: InForce = (() => {
  const policy = compiled()
  return { policy_id: null, name: 'builtin', version: null, hash: policy.hash, policy, broken: [] }
})()
