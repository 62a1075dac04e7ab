/** Keys of the advisory locks, in one list so that no two jobs share one. */
export const LOCKS = {
  /** Held by the hub as long as it runs an embedded database. */
  owner: 7_345_001,
  migrate: 7_345_002,
} as const
