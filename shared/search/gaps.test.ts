import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { readGaps, writeGaps } from './gaps.ts'
import { ByteReader, ByteWriter } from './varint.ts'

const TOTAL = 40_000
const lists = fc.array(fc.uniqueArray(fc.nat(TOTAL - 1), { minLength: 1, maxLength: 300 }), {
  minLength: 1,
  maxLength: 5,
})

test('lists of rising numbers come back as they were, one after the other', () => {
  fc.assert(
    fc.property(lists, fc.constantFrom(1, 100, TOTAL - 1), (all, spread) => {
      const lists_in = all.map((list) =>
        Uint32Array.from(new Set(list.map((number) => number % (spread + 1)))).toSorted(),
      )
      const writer = new ByteWriter()
      for (const list of lists_in) writeGaps(writer, list, list.length, TOTAL)
      const reader = new ByteReader(writer.done())
      const lists_out = lists_in.map(({ length }) => {
        const list = new Uint32Array(length)
        readGaps(reader, list, length, TOTAL)
        return list
      })
      expect(lists_out).toEqual(lists_in)
      expect(reader.is_done).toBe(true)
    }),
  )
})

test('what nearly every unit has takes a bit or two for each, what few have about as many as tell one from the rest', () => {
  const bitsOf = (list: Uint32Array) => {
    const writer = new ByteWriter()
    writeGaps(writer, list, list.length, TOTAL)
    return (writer.length * 8) / list.length
  }
  expect(bitsOf(Uint32Array.from({ length: TOTAL }, (_, number) => number))).toBeLessThan(1.01)
  expect(bitsOf(Uint32Array.from({ length: TOTAL / 100 }, (_, number) => number * 100))).toBeLessThan(9)
})
