/** Counts as an answer has them: always in the same order, so that equal answers are equal texts. */
export const byName = (counts: Map<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
