import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { distinct, preview, readable } from './clean.ts'

test('a preview is how the readable text begins, whatever the value is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(400), (value, times) => {
      const large = Array.from({ length: times }, () => value)
      for (const each of [value, large, { large, value }]) {
        const begins = readable(each).slice(0, 200).toWellFormed().replaceAll('\0', '�')
        expect(preview(each) ?? '').toBe(each === null ? '' : begins)
      }
    }),
  )
})

test('names are told apart by numbers that no other has, and many that are alike take no longer', () => {
  expect(distinct(['a', 'a', 'a 2', 'a', 'b'])).toEqual(['a', 'a 2', 'a 2 2', 'a 3', 'b'])
  const many = distinct(Array.from({ length: 200_000 }, () => 'a'))
  expect(new Set(many).size).toBe(200_000)
  expect(many.at(-1)).toBe('a 200000')
})
