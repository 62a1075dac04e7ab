import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { HubError } from '../errors.ts'
import { parseJson, parseStored, parseToRewrite } from './parse-json.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

const isExact = (value: unknown): boolean => {
  if (typeof value === 'number') return Number.isSafeInteger(value) || !Number.isInteger(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(isExact)
}

test('what a double holds reads as JSON.parse reads it, however its texts are escaped', () => {
  const text = fc.string({
    unit: fc.constantFrom('"', '\\', 'a', '1', '{', '[', ':', ' ', '한'),
    maxLength: 80,
  })
  const values = fc.jsonValue({ stringUnit: 'grapheme' }).filter(isExact)
  fc.assert(
    fc.property(values, text, (value, word) => {
      const written = JSON.stringify({ value, word, [word]: value })
      const read: unknown = JSON.parse(written)
      expect(parseJson(bytes(written))).toEqual(read)
      expect(parseStored(bytes(written))).toEqual(read)
      expect(JSON.stringify(parseToRewrite(bytes(written)))).toBe(JSON.stringify(read))
    }),
    { numRuns: 500 },
  )
})

const NUMBERS: [sent: string, read: unknown][] = [
  ['12345678901234567890', '12345678901234567890'],
  ['-9007199254740993', '-9007199254740993'],
  ['9007199254740991', 9007199254740991],
  ['9007199254740992', '9007199254740992'],
  ['1e400', '1e400'],
  ['-1E+400', '-1E+400'],
  ['123.5e307', '123.5e307'],
  ['1e300', 1e300],
  ['1e-400', 0],
  ['1.7976931348623159e+308', '1.7976931348623159e+308'],
  ['9999999999999999.5', 10000000000000000],
  ['0.1234567890123456789', Number('0.1234567890123456789')],
  ['4111111111111111', 4111111111111111],
  ['1.5', 1.5],
]

test.each(NUMBERS)(
  'the number %s reads as %p wherever it stands, and is written again as it was',
  (sent, expected) => {
    for (const text of [
      sent,
      `[${sent}]`,
      `{"a":${sent}}`,
      `[ ${sent} , "\\\\", ${sent}]`,
      `{"a":{"b":[1,${sent}]}}`,
    ]) {
      const plain: unknown = JSON.parse(text.replaceAll(sent, JSON.stringify(expected)))
      expect(parseJson(bytes(text))).toEqual(plain)
      expect(JSON.stringify(parseToRewrite(bytes(text)))).toContain(sent)
    }
  },
)

test('minus zero is zero once it is written', () => {
  expect(JSON.stringify(parseJson(bytes('{"a":-0}')))).toBe('{"a":0}')
})

test('nesting and members inside texts do not count, those outside do', () => {
  const text = `${'['.repeat(200)}${'":'.repeat(3)}\\`
  expect(parseJson(bytes(JSON.stringify({ text })))).toEqual({ text })
  const deep = `${'['.repeat(129)}${']'.repeat(129)}`
  expect(() => parseJson(bytes(deep))).toThrow(new HubError('too_deep'))
  expect(() => parseJson(bytes(`{"a":"${'\\"'.repeat(50)}","b":${deep}}`))).toThrow(new HubError('too_deep'))
  expect(parseStored(bytes(deep))).toBeArray()
})

test('a text that never ends is malformed, not endless', () => {
  for (const text of ['"', '{"a":"b', `{"a":"${'\\"'.repeat(100)}`, `"${'x'.repeat(100)}\\`])
    expect(() => parseJson(bytes(text))).toThrow(new HubError('malformed_json'))
})
