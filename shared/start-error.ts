/** The hub cannot start; its message is the one line that the operator sees. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/** What went wrong, in words that can stand at the end of such a line. */
export const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
