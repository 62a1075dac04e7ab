import type { ByteReader, ByteWriter } from './varint.ts'

/*
 * Rising numbers as the gaps between them, in Golomb-Rice code: of each gap the low `k` bits as they are, the rest as so
 * many ones and a zero. With `k` by how thick the numbers lie that is close to as short as it can be: half of whole bytes.
 */
const LN_2 = Math.LN2
const MOST_LOW_BITS = 24
const ONES = 16

const lowBitsOf = (count: number, total: number): number =>
  Math.min(MOST_LOW_BITS, Math.max(0, Math.floor(Math.log2((LN_2 * total) / count))))

/** Writes the first `count` of these numbers, which rise and lie below `total`. */
export function writeGaps(writer: ByteWriter, numbers: Uint32Array, count: number, total: number): void {
  const low_bits = lowBitsOf(count, total)
  let held = 0
  let bits = 0
  const put = (value: number, width: number) => {
    held = (held << width) | value
    bits += width
    while (bits >= 8) {
      bits -= 8
      writer.byte((held >>> bits) & 0xff)
    }
    held &= (1 << bits) - 1
  }
  let next = 0
  for (let index = 0; index < count; index++) {
    const number = numbers[index] ?? 0
    const gap = number - next
    next = number + 1
    let ones = gap >>> low_bits
    for (; ones >= ONES; ones -= ONES) put((1 << ONES) - 1, ONES)
    put((1 << (ones + 1)) - 2, ones + 1)
    if (low_bits > 0) put(gap & ((1 << low_bits) - 1), low_bits)
  }
  if (bits > 0) put(0, 8 - bits)
}

/** Reads so many of them back. */
export function readGaps(reader: ByteReader, into: Uint32Array, count: number, total: number): void {
  const low_bits = lowBitsOf(count, total)
  const { bytes } = reader
  let { at } = reader
  let held = 0
  let bits = 0
  let next = 0
  for (let index = 0; index < count; index++) {
    let high = 0
    for (;;) {
      for (; bits <= MOST_LOW_BITS; bits += 8) held = (held << 8) | (bytes[at++] ?? 0)
      const ones = Math.clz32(~(held << (32 - bits)))
      if (ones < bits) {
        high += ones
        bits -= ones + 1
        break
      }
      high += bits
      bits = 0
    }
    for (; bits < low_bits; bits += 8) held = (held << 8) | (bytes[at++] ?? 0)
    bits -= low_bits
    next += (high << low_bits) | ((held >>> bits) & ((1 << low_bits) - 1))
    into[index] = next++
  }
  reader.at = at - (bits >> 3)
}
