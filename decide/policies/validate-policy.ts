import type { Input, Output } from '#shared/contract/endpoint.ts'
import type { validatePolicy as contract } from '#shared/contract/policies.ts'
import { checkDefinition } from './compile-definition.ts'

/** Says all that can be found in a policy, its tests run, and stores nothing. `ok`: it would be stored. */
export function validatePolicy({ definition }: Input<typeof contract>['body']): Output<typeof contract> {
  const { policy, findings } = checkDefinition(definition)
  return { ok: policy !== null, findings: [...findings] }
}
