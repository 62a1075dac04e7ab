import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { explainFault } from './explain-fault.ts'
import {
  AMOUNT_FIELDS,
  FEATURES,
  FIELD_NAMES,
  isAmountField,
  isTextField,
  STATES,
  TEXT_FIELDS,
} from './fields.ts'
import { parseFilter } from './parse-filter.ts'
import { printFilter } from './print-filter.ts'
import type { Range, Term } from './term.ts'

const text = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom('"', '\\', '*', ':', ',', '-', ' ', '김', '환', 'a', '\n', '/') }),
  )
  .map((value) => value.normalize('NFC'))
const filled = text.filter((value) => value !== '')

/** Pieces between stars; only the outer ones may be empty, and not all of them. */
const pattern = fc
  .tuple(text, fc.array(filled, { maxLength: 2 }), text)
  .map(([first, middle, last]) => [first, ...middle, last])
  .filter((pieces) => pieces.some((piece) => piece !== ''))
const value = fc.oneof(
  filled.map((piece) => [piece]),
  pattern,
)

const isIn = <T extends string>(is: (name: string) => name is T, names: string[]): T[] => names.filter(is)
const TEXTS = isIn(isTextField, Object.keys(TEXT_FIELDS)).filter((field) => field !== 'status')
const AMOUNTS = isIn(isAmountField, Object.keys(AMOUNT_FIELDS))

const amount = fc.nat({ max: 8_000_000_000_000 })
const range: fc.Arbitrary<Range> = fc.oneof(
  fc.tuple(amount, fc.boolean()).map(([min, min_open]) => ({ min, max: null, min_open, max_open: false })),
  fc.tuple(amount, fc.boolean()).map(([max, max_open]) => ({ min: null, max, min_open: false, max_open })),
  fc.tuple(amount, amount).map(([one, other]) => ({
    ...{ min: Math.min(one, other), max: Math.max(one, other), min_open: false, max_open: false },
  })),
)

const some = <T>(each: fc.Arbitrary<T>) => fc.array(each, { minLength: 1, maxLength: 3 })
const negated = fc.boolean()
const term: fc.Arbitrary<Term> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), negated, text: filled }),
  fc.record({
    kind: fc.constant('is' as const),
    negated,
    field: fc.constantFrom(...TEXTS),
    values: some(value),
  }),
  fc.record({
    ...{ kind: fc.constant('is' as const), negated, field: fc.constant('status' as const) },
    values: some(fc.constantFrom(...STATES).map((state) => [state as string])),
  }),
  fc.record({
    ...{ kind: fc.constant('amount' as const), negated, field: fc.constantFrom(...AMOUNTS) },
    ranges: some(range),
  }),
  fc.record({ kind: fc.constant('has' as const), negated, features: some(fc.constantFrom(...FEATURES)) }),
)

test('a filter that is printed and read again is the same filter', () => {
  fc.assert(
    fc.property(fc.array(term, { maxLength: 6 }), (terms) => {
      const printed = printFilter(terms)
      const { terms: again, faults } = parseFilter(printed)
      expect({ printed, faults, again }).toEqual({ printed, faults: [], again: terms })
    }),
    { numRuns: 1000 },
  )
})

test('any text is read without an exception, and faults lie inside it', () => {
  const anything = fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      '*',
      ':',
      ',',
      '-',
      ' ',
      '.',
      '>',
      '1',
      's',
      '김',
      'status',
      'latency',
      'has',
    ),
  })
  fc.assert(
    fc.property(anything, (source) => {
      const { text: read, terms, faults } = parseFilter(source)
      for (const { from, to } of faults) expect(from >= 0 && from < to && to <= read.length).toBe(true)
      if (faults.length === 0) expect(parseFilter(printFilter(terms)).terms).toEqual(terms)
    }),
    { numRuns: 1000 },
  )
})

test('the filter of the documentation means what it says', () => {
  const said =
    'status:failed latency:>2s model:gpt-4.1* -env:dev,test user:"김 철수" "환불 규정" cost:0.01..1 has:error'
  expect(parseFilter(said)).toMatchObject({
    faults: [],
    terms: [
      { kind: 'is', field: 'status', values: [['error']] },
      { kind: 'amount', field: 'latency', ranges: [{ min: 2_000_000, max: null, min_open: true }] },
      { kind: 'is', field: 'model', values: [['gpt-4.1', '']] },
      { kind: 'is', negated: true, field: 'env', values: [['dev'], ['test']] },
      { kind: 'is', field: 'user', values: [['김 철수']] },
      { kind: 'text', text: '환불 규정' },
      { kind: 'amount', field: 'cost', ranges: [{ min: 10_000_000, max: 1_000_000_000 }] },
      { kind: 'has', features: ['error'] },
    ],
  })
})

test('docs/filters.md has every field and everything that a trace can have', async () => {
  const doc = await Bun.file(new URL('../../docs/filters.md', import.meta.url)).text()
  expect(FIELD_NAMES.filter((name) => !doc.includes(`\`${name}\``))).toEqual([])
  expect([...FEATURES, ...STATES].filter((name) => !new RegExp(`\\b${name}\\b`).test(doc))).toEqual([])
})

test('decomposed Hangul is the same as composed', () => {
  expect(parseFilter('user:김철수'.normalize('NFD')).terms).toEqual(parseFilter('user:김철수').terms)
})

test('an address and a clock are texts, not fields', () => {
  expect(parseFilter('https://example.test/a 12:30').terms).toMatchObject([
    { kind: 'text', text: 'https://example.test/a' },
    { kind: 'text', text: '12:30' },
  ])
})

test('what cannot be read is named with its place and what was probably meant', () => {
  const cases: [string, object][] = [
    ['modle:x', { code: 'unknown_field', from: 0, to: 7, near: 'model' }],
    ['ok foo:x', { code: 'unknown_field', from: 3, to: 8, near: null }],
    ['status:eror', { code: 'bad_status', near: 'error' }],
    ['latency:>fast', { code: 'bad_amount', near: 'latency' }],
    ['latency:5s..1s', { code: 'bad_range' }],
    ['has:erorr', { code: 'bad_feature', near: 'error' }],
    ['user:', { code: 'no_value', from: 0 }],
    ['env:a,,b', { code: 'no_value' }],
    ['hello "open', { code: 'open_quote', from: 6, to: 11 }],
    ['a '.repeat(41), { code: 'too_many', from: 80 }],
  ]
  for (const [said, wanted] of cases) {
    const { faults } = parseFilter(said)
    expect({ said, faults }).toMatchObject({ said, faults: [wanted] })
    for (const fault of faults) expect(explainFault(fault)).toMatch(/^At character \d+: [a-z]/)
  }
})
