import type { Span } from './span.ts'

const isDigit = (code: number): boolean => code >= 48 && code <= 57

const isWord = (code: number): boolean =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95

/** Where a match begins and ends, given the place of the first digit of a run; null when there is none. */
export type Match = (text: string, at: number) => Span | null

/**
 * What `match` finds at the beginnings of runs of digits; a run that continues a word or a fraction is none. Each
 * match looks ahead no further than a number is long, so the whole is linear.
 */
export function findNumbers(text: string, match: Match): Span[] {
  const found: Span[] = []
  let kept = 0
  for (let at = 0; at < text.length; at++) {
    if (!isDigit(text.charCodeAt(at))) continue
    const before = text.charCodeAt(at - 1)
    const continues = isWord(before) || (before === 46 && isDigit(text.charCodeAt(at - 2)))
    const span = continues ? null : match(text, at)
    if (span && span.start >= kept) {
      found.push(span)
      kept = span.end
      at = span.end - 1
    } else while (isDigit(text.charCodeAt(at + 1))) at++
  }
  return found
}

/** A match of a sticky pattern at a place. */
export function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}
