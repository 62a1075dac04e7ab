import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { cutEntries } from './cut-entries.ts'

const cut = (text: string, array: string, ordinals: Set<number>, keep: string[]): string =>
  Buffer.from(cutEntries(Buffer.from(text), array, ordinals, keep)).toString()

test('the entries that are named become null, all others stay as they were written', () => {
  const text =
    ' { "x" : 1, "events" : [ {"a":"]},{\\"" , "b":[1, 2]} , 1.0e20 , "s\\\\" ,null,true ] , "y":{} } '
  expect(cut(text, 'events', new Set([2]), ['y'])).toBe(
    '{"y":{},"events":[{"a":"]},{\\"" , "b":[1, 2]},1.0e20,null,null,true]}',
  )
})

test('of two arrays with one name only the one that counts is kept', () => {
  const text = '{"events":["secret"],"ev\\u0065nts":["a","b"]}'
  expect(cut(text, 'events', new Set([1]), [])).toBe('{"events":["a",null]}')
})

test('an array that is not there is empty', () => {
  expect(cut('{}', 'spans', new Set(), [])).toBe('{"spans":[]}')
})

test('whatever the JSON, the result parses to the same entries with nulls in the places that were cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue()),
      fc.array(fc.nat(12)),
      fc.jsonValue(),
      fc.integer({ min: 0, max: 3 }),
      (entries, places, other, indent) => {
        const text = JSON.stringify({ other, events: entries }, null, indent)
        const going = new Set(places)
        const expected = entries.map((entry, index) => (going.has(index) ? null : entry))
        const result: unknown = JSON.parse(cut(text, 'events', going, ['other']))
        expect(result).toEqual(JSON.parse(JSON.stringify({ other, events: expected })))
      },
    ),
  )
})
