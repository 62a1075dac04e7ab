import { RE2JS, RE2JSException } from 're2js'
import { once, sides, type Reading, type Side } from './reading.ts'
import { couldMatch, lowerAsFolded, requiredLiterals } from './required-literal.ts'
import type { Signal } from './signal.ts'
import type { Found, Text } from './text.ts'

/** A pattern that a policy defines, in the language of RE2: no back references, so its time is linear in the text. */
export type PatternSaid = { name: string; re2: string; in?: Side }

/** `is_prefiltered` is false where nothing can rule a text out before the engine runs, which is slower. */
export type CompiledPattern = { signal: Signal; is_prefiltered: boolean } | { fault: string }

/** How many patterns one policy may define, and how long each may be. */
const MAX_PATTERNS = 5
export const MAX_PATTERN = 1000
const MOST_FOUND = 100

const lowerInput = once((reading) => lowerAsFolded(reading.input().plain))
const lowerOutput = once((reading) => lowerAsFolded(reading.output().plain))

function placesIn(engine: RE2JS, side: 'input' | 'output', text: Text): Found[] {
  const found: Found[] = []
  const matcher = engine.matcher(text.plain)
  while (found.length < MOST_FOUND && matcher.find()) {
    found.push({ kind: 'pattern', in: side, ...text.place(matcher.start(), matcher.end()) })
  }
  return found
}

function signalOf({ name, in: side = 'output' }: PatternSaid, engine: RE2JS, needs: string[][]): Signal {
  const possible = (reading: Reading) =>
    sides(reading, side).filter(({ in: where }) =>
      couldMatch(needs, where === 'input' ? lowerInput(reading) : lowerOutput(reading)),
    )
  return {
    name: `${name}.match`,
    type: 'bool',
    reads: side === 'both' ? ['input', 'output'] : [side],
    description: `The pattern "${name}" of the policy matches.`,
    compute: (reading) => possible(reading).some(({ text }) => engine.test(text.plain)),
    find: (reading) => possible(reading).flatMap(({ in: where, text }) => placesIn(engine, where, text)),
  }
}

/** Makes a signal `<name>.match` of a pattern, or says what is wrong with it. */
export function compilePattern(said: PatternSaid): CompiledPattern {
  if (said.re2.length > MAX_PATTERN) return { fault: `a pattern has at most ${MAX_PATTERN} characters` }
  // Texts are composed before they are searched, so a pattern must be.
  const pattern = said.re2.normalize('NFC')
  try {
    const engine = RE2JS.compile(pattern)
    const needs = requiredLiterals(pattern)
    return { signal: signalOf(said, engine, needs), is_prefiltered: needs.length > 0 }
  } catch (error) {
    if (error instanceof RE2JSException) return { fault: error.message }
    throw error
  }
}

/** The patterns of one policy, each compiled or with its fault; past the number that a policy may have each is one. */
export const compilePatterns = (said: PatternSaid[]): CompiledPattern[] =>
  said.map((one, at) =>
    at < MAX_PATTERNS ? compilePattern(one) : { fault: `a policy has at most ${MAX_PATTERNS} patterns` },
  )
