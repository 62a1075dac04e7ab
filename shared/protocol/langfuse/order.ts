const TIES = 1000
const LAST = TIES - 1

/**
 * The time of an entry, by which later ones count. Clients of JavaScript write milliseconds; below them the entries of one
 * millisecond are put in order by `rank`, from 0 to 999. A time that has microseconds keeps them.
 */
export const orderedAt = (timestamp: number, rank: number): number =>
  timestamp % TIES === 0 ? timestamp + Math.min(LAST, Math.max(0, Math.round(rank))) : timestamp

/** Of two updates in one millisecond, the one that ends the observation came last. */
export const updateRank = (ends: boolean): number => (ends ? LAST : LAST - 1)

/** Of two sayings of a trace in one millisecond, the one that was made later by its own time. */
export const traceRank = (timestamp: number, own: number | null): number =>
  own === null ? LAST : TIES / 2 + (own - timestamp) / 1000
