/** Where a case stands. A person takes it (acknowledged) and says what it was (resolved). */
export const CASE_STATUSES = ['open', 'acknowledged', 'resolved'] as const
export type CaseStatus = (typeof CASE_STATUSES)[number]

/** What a case turned out to be. */
export const CASE_OUTCOMES = [
  'true_positive',
  'false_positive',
  'policy_gap',
  'duplicate',
  'wont_fix',
] as const
export type CaseOutcome = (typeof CASE_OUTCOMES)[number]

/** How urgent a case is, least first; its place in the list is what rows hold. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const
export type CaseSeverity = (typeof SEVERITIES)[number]

/** The rank of what a policy calls the severity; a word that is not in the list ranks as medium. */
export function severityRank(word: string): number {
  const rank = SEVERITIES.findIndex((severity) => severity === word.trim().toLowerCase())
  return rank < 0 ? SEVERITIES.indexOf('medium') : rank
}

/** The word for a rank. */
export const severityName = (rank: number): CaseSeverity => SEVERITIES[rank] ?? 'medium'

export const isCaseStatus = (text: string): text is CaseStatus =>
  CASE_STATUSES.some((status) => status === text)

export const isCaseOutcome = (text: string): text is CaseOutcome =>
  CASE_OUTCOMES.some((outcome) => outcome === text)
