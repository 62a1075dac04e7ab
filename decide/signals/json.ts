import type { JsonCheck } from './check-json.ts'
import { once, type Reading } from './reading.ts'
import type { Signal } from './signal.ts'

/** Longer than this, nobody knows whether it is JSON. */
const MAX_JSON = 1_048_576
const MAX_DEPTH = 256
/** With what a document begins; prose is told by its first letter. */
const BEGINS = /^[ \t\r\n]*[{["\dtfn-]/

/** How deep brackets nest, strings left out; counted first, since a parser may run out of stack. */
function isTooDeep(text: string): boolean {
  let depth = 0
  let inside = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) inside = !inside
    else if (inside) at += code === 0x5c ? 1 : 0
    else if (code === 0x5b || code === 0x7b) depth++
    else if (code === 0x5d || code === 0x7d) depth--
    if (depth > MAX_DEPTH) return true
  }
  return false
}

const parsedOf = once(({ said: { output } }): { value: unknown } | 'invalid' | 'unknown' => {
  if (output.length > MAX_JSON) return 'unknown'
  if (!BEGINS.test(output) || isTooDeep(output)) return 'invalid'
  try {
    const value: unknown = JSON.parse(output)
    return { value }
  } catch {
    return 'invalid'
  }
})

function fits(reading: Reading, check: JsonCheck | undefined): boolean | null {
  const parsed = parsedOf(reading)
  if (!check || parsed === 'unknown') return null
  return parsed !== 'invalid' && check(parsed.value)
}

/** A signal `<name>.valid` of a schema that a policy gives. */
export const schemaSignal = (name: string, check: JsonCheck): Signal => ({
  name: `${name}.valid`,
  type: 'bool',
  reads: [],
  description: `The output is JSON that fits the schema "${name}" of the policy.`,
  compute: (reading) => fits(reading, check),
})

export const JSON_SIGNALS: Signal[] = [
  {
    name: 'json.valid',
    type: 'bool',
    reads: [],
    description: `The output is one JSON document and nothing else, at most ${MAX_DEPTH} deep. Unknown beyond 1 MB.`,
    compute: (reading) => {
      const parsed = parsedOf(reading)
      return parsed === 'unknown' ? null : parsed !== 'invalid'
    },
  },
  {
    name: 'json.fits',
    type: 'bool',
    reads: [],
    description: 'The output is JSON that fits the schema of the policy. Unknown where the policy has none.',
    compute: (reading) => fits(reading, reading.settings.json?.schema),
  },
]
