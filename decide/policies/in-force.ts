/** A version that is active, or is to be at a time. */
export type Candidate = {
  readonly version_id: string
  readonly version: number
  readonly effective_from: Date
  readonly active: boolean
  readonly scheduled: boolean
}

/** Scheduled versions whose time has come, in the order in which they take over. */
export const dueOf = <C extends Candidate>(candidates: readonly C[], now: number): C[] =>
  candidates
    .filter(({ scheduled, effective_from }) => scheduled && effective_from.getTime() <= now)
    .toSorted(
      (one, other) =>
        one.effective_from.getTime() - other.effective_from.getTime() || one.version - other.version,
    )

/** Which of the versions of a project decides at a time, whether or not anybody has written that down yet. */
export const pickInForce = <C extends Candidate>(candidates: readonly C[], now: number): C | null =>
  dueOf(candidates, now).at(-1) ?? candidates.find(({ active }) => active) ?? null
