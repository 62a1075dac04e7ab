import * as contract from '#shared/contract/policies.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import { projectOf } from '../project-of.ts'
import { activatePolicy } from './activate-policy.ts'
import { addVersion } from './add-version.ts'
import { createPolicy } from './create-policy.ts'
import { deactivatePolicy } from './deactivate-policy.ts'
import { diffPolicy } from './diff-policy.ts'
import { listPolicies } from './list-policies.ts'
import { listVersions } from './list-versions.ts'
import { rollbackPolicy } from './rollback-policy.ts'
import { testPolicy } from './test-policy.ts'
import { validatePolicy } from './validate-policy.ts'

/** The operations on policies and their versions. */
export const policyRoutes = (deps: Deps): Route[] => [
  serve(contract.createPolicy, async ({ body, principal }) =>
    createPolicy(deps, projectOf(principal), body, principal.actor),
  ),
  serve(contract.listPolicies, async ({ principal }) => listPolicies(deps, projectOf(principal))),
  serve(contract.listPolicyVersions, async ({ params, principal }) =>
    listVersions(deps, projectOf(principal), params.policy_id),
  ),
  serve(contract.createPolicyVersion, async ({ params, body, principal }) =>
    addVersion(deps, projectOf(principal), params.policy_id, body, principal.actor),
  ),
  serve(contract.activatePolicy, async ({ params, query, principal }) =>
    activatePolicy(deps, projectOf(principal), params.policy_id, query.version, principal.actor),
  ),
  serve(contract.rollbackPolicy, async ({ params, principal }) =>
    rollbackPolicy(deps, projectOf(principal), params.policy_id, principal.actor),
  ),
  serve(contract.deactivatePolicy, async ({ params, principal }) =>
    deactivatePolicy(deps, projectOf(principal), params.policy_id, principal.actor),
  ),
  serve(contract.diffPolicy, async (call) => diffPolicy(deps, projectOf(call.principal), call)),
  serve(contract.validatePolicy, async ({ body }) => validatePolicy(body)),
  serve(contract.testPolicy, async (call) => testPolicy(deps, projectOf(call.principal), call)),
]
