/** What a piece of a pattern demands: `exact` when it is just these characters, else of each list one text. */
type Demand = { exact: string | null; needs: string[][] }
type Cursor = { pattern: string; at: number }

const NOTHING: Demand = { exact: null, needs: [] }
/** One letter is nearly everywhere; one Korean or Chinese sign already says something. */
const SHORTEST = /^(?:.{2,}|[\u0080-\uffff])$/
const MOST = 32
/** Signs that stand for themselves in any case: the rest of Unicode changes length or context with its case. */
const STANDS_FOR_ITSELF = /^[\x20-\x7e\u3041-\u30fe\u3400-\u9fff\uac00-\ud7a3]$/
const SHORT_CLASS = /\\(?:[pP]\{[^}]*\}|[pP].|x\{[^}]*\}|x..|u\{[^}]*\}|u[\da-fA-F]{4}|[0-7]{1,3}|.)/y
const GROUP_HEAD = /\((?:\?(?:P?<[A-Za-z_]\w*>|[imsU-]*:))?/y
const FLAGS_ALONE = /\(\?[imsU-]+\)/y
const QUANTIFIER = /(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/y
const CLASS = /\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]/y

class NotUnderstood extends Error {}

function take(cursor: Cursor, shape: RegExp): RegExpExecArray | null {
  shape.lastIndex = cursor.at
  const match = shape.exec(cursor.pattern)
  if (match) cursor.at += match[0].length
  return match
}

/** What is demanded for certain, if it is long enough to be worth a search. */
function needsOf({ exact, needs }: Demand): string[][] {
  if (exact === null) return needs
  return SHORTEST.test(exact) ? [[exact]] : []
}

const literal = (sign: string): Demand =>
  STANDS_FOR_ITSELF.test(sign) ? { exact: sign.toLowerCase(), needs: [] } : NOTHING

function escaped(cursor: Cursor): Demand {
  if (cursor.pattern.startsWith('\\Q', cursor.at)) throw new NotUnderstood()
  const sign = take(cursor, SHORT_CLASS)?.[0] ?? ''
  if (sign === '') throw new NotUnderstood()
  // The runtime writes what is not ASCII this way in the source of a pattern.
  if (/^\\u[^{]/.test(sign)) return literal(String.fromCharCode(Number.parseInt(sign.slice(2), 16)))
  return /^\\[^A-Za-z0-9]$/.test(sign) ? literal(sign.slice(1)) : NOTHING
}

function atom(cursor: Cursor, depth: number): Demand {
  const sign = String.fromCodePoint(cursor.pattern.codePointAt(cursor.at) ?? 0)
  if (sign === '(') {
    if (take(cursor, FLAGS_ALONE)) return NOTHING
    if (!take(cursor, GROUP_HEAD)) throw new NotUnderstood()
    const inner = alternatives(cursor, depth + 1)
    if (cursor.pattern[cursor.at] !== ')') throw new NotUnderstood()
    cursor.at++
    return inner
  }
  if (sign === '\\') return escaped(cursor)
  if (sign === '[') {
    if (!take(cursor, CLASS)) throw new NotUnderstood()
    return NOTHING
  }
  cursor.at += sign.length
  return '.^$'.includes(sign) ? NOTHING : literal(sign)
}

/** An atom with what says how often. */
function repeated(cursor: Cursor, depth: number): Demand {
  const demand = atom(cursor, depth)
  const quantifier = take(cursor, QUANTIFIER)
  if (!quantifier) return demand
  const { 0: written, 1: least } = quantifier
  const is_optional = written.startsWith('*') || written.startsWith('?') || Number(least ?? 1) === 0
  return is_optional ? NOTHING : { exact: null, needs: needsOf(demand) }
}

/** One after the other: what each demands, and the runs of exact characters between them. */
function sequence(cursor: Cursor, depth: number): Demand {
  let run = ''
  let is_exact = true
  const needs: string[][] = []
  const endRun = () => {
    needs.push(...needsOf({ exact: run, needs: [] }))
    run = ''
  }
  while (cursor.at < cursor.pattern.length && !'|)'.includes(cursor.pattern[cursor.at] ?? '')) {
    const demand = repeated(cursor, depth)
    if (demand.exact === null) {
      endRun()
      needs.push(...demand.needs)
      is_exact = false
    } else run += demand.exact
  }
  if (is_exact) return { exact: run, needs: [] }
  endRun()
  return { exact: null, needs }
}

const shortestOf = (texts: string[]): number => Math.min(...texts.map((text) => text.length))

/** The list that says most: the one whose shortest text is longest. */
const strongest = (needs: string[][]): string[] | undefined =>
  needs.toSorted((one, other) => shortestOf(other) - shortestOf(one))[0]

/** One or the other: a text from any branch, where each branch demands one. */
function alternatives(cursor: Cursor, depth: number): Demand {
  if (depth > 100) throw new NotUnderstood()
  const branches = [sequence(cursor, depth)]
  while (cursor.pattern[cursor.at] === '|') {
    cursor.at++
    branches.push(sequence(cursor, depth))
  }
  const [only] = branches
  if (only && branches.length === 1) return only
  const lists = branches.map((branch) => strongest(needsOf(branch))).filter((list) => list !== undefined)
  const all = lists.flat()
  return { exact: null, needs: lists.length === branches.length && all.length <= MOST ? [all] : [] }
}

/**
 * Lists of texts: of each list at least one stands, in lower case, in everything that the pattern finds. They may say
 * less than is true, never more: of what is not understood here nothing is demanded.
 */
export function requiredLiterals(pattern: string): string[][] {
  const cursor = { pattern, at: 0 }
  try {
    const demand = alternatives(cursor, 0)
    return cursor.at === pattern.length ? needsOf(demand) : []
  } catch (error) {
    if (error instanceof NotUnderstood) return []
    throw error
  }
}

/** Whether a pattern could find anything in a text that `lowerAsFolded` has lowered. */
export const couldMatch = (needs: string[][], lower: string): boolean =>
  needs.every((texts) => texts.some((text) => lower.includes(text)))

/** The text in lower case as engines compare it: in their folding the long s is an s. */
export const lowerAsFolded = (text: string): string => text.toLowerCase().replaceAll('ſ', 's')
