import { HubError } from '#shared/errors.ts'
import type { Finding } from '#shared/policy/finding.ts'
import type { Policy } from '#shared/policy/policy.ts'
import { cameOut, type TestResult } from '#shared/policy/run-tests.ts'
import { checkDefinition } from './compile-definition.ts'

const issueOf = ({ code, message, line, column }: Finding) => ({
  type: code,
  loc: ['body', 'definition'],
  msg: `${line}:${column} ${message}`,
})

const isError = ({ severity }: Finding): boolean => severity === 'error'

/** A definition that may be stored; whether it may decide, its tests say. */
export type Accepted = { policy: Policy; findings: Finding[]; tests: readonly TestResult[] }

/** Compiles a definition that is to be stored, its tests run; throws all that is wrong with one that has errors. */
export function acceptDefinition(definition: unknown): Accepted {
  const { policy, findings, tests } = checkDefinition(definition)
  if (policy) return { policy, findings: [...findings], tests }
  throw new HubError('invalid_policy', { issues: findings.filter(isError).map(issueOf), findings })
}

/** Throws, naming each, when a test of the policy has failed: then it may not decide. */
export function refuseFailed({ findings, tests }: Accepted): void {
  const issues = tests.flatMap((test, at) =>
    test.passed
      ? []
      : [{ type: 'test_failed', loc: ['body', 'definition', 'tests', at], msg: cameOut(test) }],
  )
  if (issues.length > 0) throw new HubError('policy_tests_failed', { issues, findings })
}
