import type { Detector } from './detectors.ts'
import type { Span } from './span.ts'

const TOKEN = /[\w-]/

/** How a secret begins, how long what follows is at least, and what it looks like. */
const SHAPES: { prefix: string; least: number; looks: RegExp }[] = [
  { prefix: 'sk-', least: 16, looks: /\d/ },
  { prefix: 'proj_', least: 20, looks: /\d/ },
  { prefix: 'AKIA', least: 16, looks: /^[A-Z0-9]+$/ },
]
const JWT = 'eyJ'
const SHORTEST_PART = 8

function endOfToken(text: string, at: number): number {
  let end = at
  while (TOKEN.test(text[end] ?? '')) end++
  return end
}

/** Header, payload and perhaps a signature, with dots between. */
function endOfJwt(text: string, at: number): number | null {
  const header = endOfToken(text, at)
  if (text[header] !== '.' || header - at < SHORTEST_PART) return null
  const payload = endOfToken(text, header + 1)
  if (text[payload] !== '.' || payload - header - 1 < SHORTEST_PART) return null
  return endOfToken(text, payload + 1)
}

function endOfSecret(text: string, at: number): number | null {
  if (text.startsWith(JWT, at)) return endOfJwt(text, at)
  const shape = SHAPES.find(({ prefix }) => text.startsWith(prefix, at))
  if (!shape) return null
  const from = at + shape.prefix.length
  const end = endOfToken(text, from)
  return end - from >= shape.least && shape.looks.test(text.slice(from, end)) ? end : null
}

const BEGINNING = /sk-|proj_|AKIA|eyJ/g

/** Keys by their known shapes: sk-…, the hub's own proj_…, AKIA… of AWS, and JSON web tokens. */
export const apiKey: Detector = {
  name: 'api_key',
  find(text) {
    const found: Span[] = []
    let kept = 0
    for (const { index } of text.matchAll(BEGINNING)) {
      // Secrets begin where a word begins, so each character is looked at a few times at most.
      if (index < kept || TOKEN.test(text[index - 1] ?? '')) continue
      const end = endOfSecret(text, index)
      if (end === null) continue
      found.push({ start: index, end })
      kept = end
    }
    return found
  },
}
