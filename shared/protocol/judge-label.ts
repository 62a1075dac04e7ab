const PASSES = new Set([
  ...['pass', 'passed', 'true', 'yes', 'correct', 'relevant', 'factual', 'good', 'safe', 'ok'],
])
const FAILS = new Set([
  ...['fail', 'failed', 'false', 'no', 'incorrect', 'irrelevant', 'hallucinated', 'bad', 'unsafe'],
])

/** Whether the label of a score says passed or failed; null for any other. */
export function judgeLabel(label: string): boolean | null {
  const lower = label.toLowerCase()
  return PASSES.has(lower) ? true : FAILS.has(lower) ? false : null
}
