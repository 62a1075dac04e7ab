/** What is checked, in the order in which it is told. */
export const CHECKS = {
  ledger: 'requests in the ledger add up',
  bodies: 'bodies read, with as many items as received',
  items: 'items counted as stored are in a row',
  sources: 'rows point to what they were folded from',
  counters: 'traces count what a recount counts',
  values: 'rows hold what the log says',
  homes: 'rows belong to a trace that is there',
  rollups: 'hours are rolled up as a recount counts them',
  decisions: 'decisions are on their trace, with their judges',
} as const

export type Check = keyof typeof CHECKS

/** How much was checked and what was wrong; of the faults the first ones are kept in words. */
export type Findings = {
  counts: Record<Check, { checked: number; wrong: number }>
  faults: string[]
  check(what: Check, number: number): void
  fault(what: Check, words: string): void
}

const MOST_FAULTS = 20

export function newFindings(): Findings {
  const none = () => ({ checked: 0, wrong: 0 })
  const counts = {
    ledger: none(),
    bodies: none(),
    items: none(),
    sources: none(),
    counters: none(),
    values: none(),
    homes: none(),
    rollups: none(),
    decisions: none(),
  }
  const faults: string[] = []
  return {
    counts,
    faults,
    check(what, number) {
      counts[what].checked += number
    },
    fault(what, words) {
      counts[what].wrong++
      if (faults.length < MOST_FAULTS) faults.push(words)
    },
  }
}
