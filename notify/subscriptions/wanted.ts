import { severityRank } from '#shared/schema/case-words.ts'

/** Whether a subscription's events name this one: itself, its group (`case.*`), or all. */
export const matchesEvent = (wanted: readonly string[], event: string): boolean =>
  wanted.some(
    (name) => name === event || name === '*' || (name.endsWith('.*') && event.startsWith(name.slice(0, -1))),
  )

/** Whether an event is as severe as a subscription asks; what has no severity always is, a word of a policy's own is medium. */
export const isSevereEnough = (least: string | null, severity: string | null): boolean =>
  least === null || severity === null || severityRank(severity) >= severityRank(least)
