import { DENSE, foldCase, kindAt, normalise, WORD } from './signs.ts'
import { pairToken, prefixRange, signRange, tokenOf, type TokenRange } from './tokens.ts'

const exactly = (token: number): TokenRange => ({ from: token, to: token })

/** A run of one kind, from a place on. */
function runAt(text: string, at: number): string {
  const kind = kindAt(text, at)
  let end = at + 1
  while (end < text.length && kindAt(text, end) === kind) end++
  return text.slice(at, end)
}

function ofSigns(run: string): TokenRange[] {
  if (run.length === 1) return [signRange(run.charCodeAt(0))]
  return Array.from({ length: run.length - 1 }, (_, at) =>
    exactly(pairToken(run.charCodeAt(at), run.charCodeAt(at + 1))),
  )
}

/**
 * Of each range, every text that has the term has a token. Empty for a term of signs alone that stand between words:
 * only the texts themselves can tell.
 */
export function tokensOfTerm({ text, prefix }: { text: string; prefix: boolean }): TokenRange[] {
  const folded = foldCase(normalise(text)).trim()
  const ranges: TokenRange[] = []
  for (let at = 0; at < folded.length;) {
    const run = runAt(folded, at)
    const kind = kindAt(folded, at)
    at += run.length
    if (kind === WORD) ranges.push(prefix && at === folded.length ? prefixRange(run) : exactly(tokenOf(run)))
    if (kind === DENSE) ranges.push(...ofSigns(run))
  }
  const seen = new Set<number>()
  return ranges.filter(({ from, to }) => {
    const is_new = !seen.has(from * 2 + Number(from === to))
    seen.add(from * 2 + Number(from === to))
    return is_new
  })
}
