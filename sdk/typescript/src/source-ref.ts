/** Where code stands: the file relative to the working directory, the line, the function. */
export type SourceRef = { file: string | null; line: number | null; function: string | null }

type Frames = { stackTraceLimit?: number }

const KNOWN = new Map<string, SourceRef | null>()
const MOST_KNOWN = 1000

const cwd = (): string => {
  try {
    return globalThis.process?.cwd?.() ?? ''
  } catch {
    return ''
  }
}

/** A path without what only this machine knows; outside of the working directory its last three parts. */
function shortPath(path: string): string {
  const plain = path.replace(/^file:\/\/(?=\/)/, '').replace(/[?#].*$/, '')
  const root = cwd()
  if (root !== '' && plain.startsWith(`${root}/`)) return plain.slice(root.length + 1)
  return plain.split(/[\\/]/).filter(Boolean).slice(-3).join('/')
}

/** `at name (file:line:column)` or `at file:line:column`. */
function readFrame(frame: string): SourceRef | null {
  const match = /^\s*at (?:(?:async )?(.*?) \()?(.*?):(\d+):\d+\)?$/.exec(frame)
  if (!match) return null
  const [, name, path = '', line] = match
  return {
    file: shortPath(path),
    line: Number(line),
    function: name && name !== '<anonymous>' ? name.replace(/^(Object|Module)\./, '') : null,
  }
}

/** The line of the caller of `below`, the function that the app called; a few microseconds, less the second time. */
export function callerOf(below: (...args: never[]) => unknown): SourceRef | null {
  // V8 and JavaScriptCore both have it, the types know it on the class only.
  const errors = Error as unknown as Frames & { captureStackTrace?: (at: object, below: unknown) => void }
  const before = errors.stackTraceLimit
  try {
    // Bun counts the frames before it leaves out those of `below`.
    errors.stackTraceLimit = 4
    const at: { stack?: string } = {}
    errors.captureStackTrace?.(at, below)
    const frame = (at.stack ?? '').split('\n').find((text) => text.trimStart().startsWith('at '))
    if (frame === undefined) return null
    const known = KNOWN.get(frame)
    if (known !== undefined) return known
    const read = readFrame(frame)
    if (KNOWN.size < MOST_KNOWN) KNOWN.set(frame, read)
    return read
  } catch {
    return null
  } finally {
    if (before === undefined) delete errors.stackTraceLimit
    else errors.stackTraceLimit = before
  }
}
