type Fields = Record<string, string | number | boolean | null | undefined>

/** Structured log: one JSON object a line on stderr. Trace content and keys never go in. */
export type Log = {
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields, cause?: unknown): void
  error(message: string, fields?: Fields, cause?: unknown): void
}

const reason = (cause: unknown): Fields =>
  cause instanceof Error
    ? { error: cause.message, stack: cause.stack }
    : cause === undefined
      ? {}
      : { error: String(cause) }

/** Writes each entry through `write`, by default to stderr. */
export function jsonLog(write: (line: string) => void = (line) => process.stderr.write(`${line}\n`)): Log {
  const entry = (level: string, message: string, fields: Fields = {}, cause?: unknown) =>
    write(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields, ...reason(cause) }))
  return {
    info: (message, fields) => entry('info', message, fields),
    warn: (message, fields, cause) => entry('warn', message, fields, cause),
    error: (message, fields, cause) => entry('error', message, fields, cause),
  }
}
