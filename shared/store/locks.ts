/** Keys of the advisory locks, in one list so that no two jobs share one. */
export const LOCKS = {
  /** Held by the hub as long as it runs an embedded database. */
  owner: 7_345_001,
  migrate: 7_345_002,
  /** One process at a time deletes what is too old, erases, or walks the record to project it again. */
  retain: 7_345_003,
  erase: 7_345_004,
  reproject: 7_345_005,
  /** Together with a project's number: one process at a time changes its index of search. */
  search: 7_345_006,
  /** One process at a time brings data over from the MVP. */
  import: 7_345_007,
} as const
