import type { Input, Output } from '#shared/contract/endpoint.ts'
import type { testPolicy as contract } from '#shared/contract/policies.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import { runTests } from '#shared/policy/run-tests.ts'
import type { Deps } from '#shared/service.ts'
import { compileDefinition } from './compile-definition.ts'
import { findPolicy, findVersion } from './find-policy.ts'
import { testFacts } from './test-facts.ts'

/** Runs the tests of a draft, of the version asked for, or of the newest. `ok`: it compiles and none fails. */
export async function testPolicy(
  { database }: Deps,
  { project_no }: ProjectRef,
  { params, query, body }: Input<typeof contract>,
): Promise<Output<typeof contract>> {
  const { policy_id, latest_version } = await findPolicy(database.sql, project_no, params.policy_id)
  const version = query.version ?? latest_version
  const { definition } =
    body.definition === undefined ? await findVersion(database.sql, project_no, policy_id, version) : body
  const { policy, findings } = compileDefinition(definition)
  const tests = policy ? runTests(policy, testFacts) : []
  return {
    ok: policy !== null && tests.every(({ passed }) => passed),
    tests: [...tests],
    findings: [...findings],
  }
}
