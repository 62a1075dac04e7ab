import { decide, type Facts } from './decide.ts'
import type { Policy, PolicyTest } from './policy.ts'

/** What one test of a policy came to; `got` is null when the facts given do not decide. */
export type TestResult = {
  readonly name: string
  readonly passed: boolean
  readonly got: { readonly action: string; readonly rule: string | null } | null
}

/** What all tests of a policy may take together: loops within loops of 300 rules would go on for seconds. */
const MOST_MS = 500

/** How a test that failed came out, in words. */
export const cameOut = ({ name, got }: TestResult): string =>
  `the test "${name}" came out as ${got ? `${got.action} by ${got.rule ?? 'no rule'}` : 'undecided'}`

/**
 * Runs the tests of a policy; those that the time does not reach are undecided. What `given` means as facts (texts to
 * signals) is handed in.
 */
export function runTests(
  policy: Policy,
  factsOf: (given: PolicyTest['given'], policy: Policy) => Facts,
): TestResult[] {
  const end = performance.now() + MOST_MS
  return policy.tests.map(({ name, given, expect }) => {
    if (performance.now() > end) return { name, passed: false, got: null }
    const step = decide(policy, factsOf(given, policy))
    if (!step.done) return { name, passed: false, got: null }
    const got = { action: step.outcome.action, rule: step.rule }
    const passed =
      (expect.action === null || expect.action === got.action) &&
      (expect.rule === null || expect.rule === got.rule)
    return { name, passed, got }
  })
}
