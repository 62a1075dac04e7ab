/** The code of an error of the database, or of the way to it; empty for any other. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** 40001 and 40P01: the transaction lost a race and can run again as it is. */
export const isRetryable = (error: unknown): boolean => /^40(001|P01)$/.test(codeOf(error))

/** The same, or 55P03: another transaction held a lock for longer than this one may wait. */
export const isBusy = (error: unknown): boolean => isRetryable(error) || codeOf(error) === '55P03'

const constraintOf = (error: unknown): string =>
  error instanceof Error && 'constraint_name' in error ? String(error.constraint_name) : ''

/**
 * 42P01, 23514: the leaf of a day is not there, or not attached. 23505 of a leaf as well: a lane looks spans up through
 * the parent under their trace's lock, so a row that it did not see lies in a leaf that is being taken away.
 */
export const isMissingPartition = (error: unknown): boolean =>
  /^(42P01|23514)$/.test(codeOf(error)) ||
  (codeOf(error) === '23505' && /^span(s|_events)_\d{8}_pkey$/.test(constraintOf(error)))

/** SQLSTATE classes 22, 23, 54: the data of some item is at fault, not the database, nor a day that is not there. */
export const isDataFault = (error: unknown): boolean =>
  /^(22|23|54)/.test(codeOf(error)) && !isMissingPartition(error)

/** 57014: the statement ran into its time limit. */
export const isTimeout = (error: unknown): boolean => codeOf(error) === '57014'

/** The database cannot be reached, is starting, full, read-only, being stopped, or refuses the role of the service. */
export const isUnavailable = (error: unknown): boolean =>
  /^(08|53|57|58|25006|42501|55P03|CONNECTION_|CONNECT_|ECONN|ENOTFOUND|EPIPE|ETIMEDOUT|DEADLINE)/.test(
    codeOf(error),
  )
