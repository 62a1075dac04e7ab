import type { Detector } from './detectors.ts'
import type { Span } from './span.ts'

const LONGEST_LOCAL = 64
const LONGEST_DOMAIN = 253
const LOCAL = /[\w.%+'-]/
const LETTER = /[\p{L}\p{N}]/u
const DOMAIN = /[A-Za-z0-9.-]/
const NAME = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}/

/** Where the part before the @ begins: plain characters, or where there are none the letters of any script. */
function startOf(text: string, at: number, least: number): number {
  const stop = Math.max(least, at - LONGEST_LOCAL)
  for (const allowed of [LOCAL, LETTER]) {
    let start = at
    while (start > stop && allowed.test(text[start - 1] ?? '')) start--
    if (start < at) return start
  }
  return at
}

function endOf(text: string, at: number): number {
  let end = at + 1
  const stop = Math.min(text.length, at + 1 + LONGEST_DOMAIN)
  while (end < stop && DOMAIN.test(text[end] ?? '')) end++
  return at + 1 + (NAME.exec(text.slice(at + 1, end))?.[0].length ?? 0)
}

/** Addresses like name@example.com. Looks left and right of each @, never further than an address is long. */
export const email: Detector = {
  name: 'email',
  find(text) {
    const found: Span[] = []
    let kept = 0
    for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
      const start = startOf(text, at, kept)
      const end = endOf(text, at)
      if (start === at || end === at + 1) continue
      found.push({ start, end })
      kept = end
    }
    return found
  },
}
