import { isOperator, TESTS } from './conditions.ts'
import { isRecord, readPath, type Run } from './read-path.ts'
import { CLOSED, PENDING, Unknown, type Truth } from './unknown.ts'

/** One line of an explanation: what was asked, how to ask it again, and what it reads. */
export type Atom = {
  readonly text: string
  readonly paths: readonly (readonly string[])[]
  readonly test: (run: Run) => Truth
  /** Looks for text inside of text: the explanation then shows sizes, never what was found. */
  readonly searches: boolean
}

export type Condition = { readonly field: string; readonly op: string; readonly value: unknown }

/**
 * The MVP reads a signal as one value; of an object of ours it means the member that says yes or no. Its `pii` was a word
 * that is mentioned, which counts as well as what is found.
 */
function primary(value: unknown): unknown {
  if (!isRecord(value)) return value
  if (typeof value['count'] === 'number') return value['count'] > 0 || value['mentioned'] === true
  const named = ['score', 'detected', 'match', 'valid'].find((name) => Object.hasOwn(value, name))
  return named === undefined ? value : value[named]
}

/** Compiles `{field, op, value}`. Missing is null, as in the MVP; only what is pending or failed closed is unknown. */
export function compileCondition({ field, op, value }: Condition): Atom {
  const path = field.split('.')
  const is_bare_signal = path[0] === 'signals' && path.length === 2
  const test = isOperator(op) ? TESTS[op] : () => false
  return {
    text: `${field} ${op} ${JSON.stringify(value)}`,
    paths: [path],
    searches: op === 'contains',
    test: (run) => {
      const read = readPath(run, path)
      if (read === PENDING) return PENDING
      if (read === CLOSED) return CLOSED
      const actual = read instanceof Unknown ? null : is_bare_signal ? primary(read) : read
      return test(actual, value, (what) => run.mismatches.push(`${field}: ${what}`))
    },
  }
}
