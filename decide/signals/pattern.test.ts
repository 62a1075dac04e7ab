import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { openSignals } from './open-signals.ts'
import { compilePattern, compilePatterns, MAX_PATTERN } from './pattern.ts'
import { couldMatch, lowerAsFolded, requiredLiterals } from './required-literal.ts'

const NOTHING = { input: '', contexts: [], latency_ms: null, cost_usd: null, evals: [] }

function find(re2: string, output: string) {
  const compiled = compilePattern({ name: 'own', re2 })
  if (!('signal' in compiled)) throw new Error(compiled.fault)
  const signals = openSignals({ ...NOTHING, output }, {}, [compiled.signal])
  return { match: signals.read('own.match')?.value, found: signals.find('own.match') }
}

test('a pattern of the policy matches as RE2 does, and tells where', () => {
  const output = '수익 보장! Guaranteed Return 10%'
  const { match, found } = find('(?i)guaranteed (return|profit)', output)
  expect(match).toBe(true)
  expect(found.map(({ start, end }) => output.slice(start, end))).toEqual(['Guaranteed Return'])
  expect(find('(?i)guaranteed (return|profit)', 'no promise').match).toBe(false)
  expect(find('수익\\s*보장'.normalize('NFD'), output.normalize('NFD')).match).toBe(true)
})

test('signs that fold to ASCII letters are found as the engine folds them', () => {
  expect(find('(?i)risk', 'no RIſK at all').match).toBe(true)
})

test('a pattern that is wrong or too long is a fault, not an error', () => {
  for (const re2 of [
    '(a',
    '(?=a)',
    '\\1',
    '(?:a{1000}){1000}',
    '('.repeat(500),
    'a'.repeat(MAX_PATTERN + 1),
  ]) {
    expect(compilePattern({ name: 'own', re2 })).toHaveProperty('fault')
  }
})

test('a policy has five patterns at most', () => {
  const compiled = compilePatterns(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, re2: 'price' })))
  expect(compiled.map((each) => 'fault' in each)).toEqual([false, false, false, false, false, true])
})

test('a pattern that no text must hold anything of is said to be slow', () => {
  const filtered = ['price', '(?:foo|bar)+x?', '\\bsecret\\b', '\\d+', 'a*b?', '(?:foo|.)'].map((re2) => {
    const compiled = compilePattern({ name: 'own', re2 })
    return 'signal' in compiled && compiled.is_prefiltered
  })
  expect(filtered).toEqual([true, true, true, false, false, false])
})

const literal = fc.constantFrom(
  'ab',
  's',
  'K',
  'so',
  '가',
  '나다',
  '.',
  '\\d',
  '[ab]',
  '[^a]',
  '\\.',
  '\\x41',
  'ſ',
)
const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { maxDepth: 4 },
    literal,
    fc
      .tuple(tie('pattern'), fc.constantFrom('', '*', '+', '?', '{2}', '{0,2}', '+?'))
      .map(([of, often]) => `(?:${of})${often}`),
    fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `(${one}|${other})`),
    tie('pattern').map((of) => `(?i:${of})`),
  ),
  pattern: fc.array(tie('piece'), { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join('')),
}))
const signs = fc.constantFrom(
  'a',
  'b',
  'A',
  'B',
  's',
  'S',
  'ſ',
  'k',
  'K',
  '\u212a',
  'o',
  '가',
  '나',
  '다',
  '.',
  '1',
  'İ',
)

test('the filter never rules out what the engine would find', () => {
  fc.assert(
    fc.property(pattern, fc.array(signs, { maxLength: 12 }), (re2, text) => {
      const said = text.join('')
      if (!RE2JS.compile(re2).test(said)) return true
      return couldMatch(requiredLiterals(re2), lowerAsFolded(said))
    }),
    { numRuns: 5000 },
  )
})
