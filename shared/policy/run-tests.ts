import { decide, type Facts } from './decide.ts'
import type { Policy, PolicyTest } from './policy.ts'

/** What one test of a policy came to; `got` is null when the facts given do not decide. */
export type TestResult = {
  readonly name: string
  readonly passed: boolean
  readonly got: { readonly action: string; readonly rule: string | null } | null
}

/** Runs the tests of a policy. What `given` means as facts (texts to signals) is handed in. */
export function runTests(policy: Policy, factsOf: (given: PolicyTest['given']) => Facts): TestResult[] {
  return policy.tests.map(({ name, given, expect }) => {
    const step = decide(policy, factsOf(given))
    if (!step.done) return { name, passed: false, got: null }
    const got = { action: step.outcome.action, rule: step.rule }
    const passed =
      (expect.action === null || expect.action === got.action) &&
      (expect.rule === null || expect.rule === got.rule)
    return { name, passed, got }
  })
}
