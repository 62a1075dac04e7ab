/** How a stored body is encoded; the position is the code in the log. */
export const ENCODINGS = ['identity', 'gzip', 'zstd'] as const
