import { readGaps } from './gaps.ts'
import { blockStarts, unitCount, type Segment, type Slice } from './segment.ts'
import { ByteReader } from './varint.ts'

/** Walks the tokens of some blocks in order; `units` holds the units of the one it stands on. */
export class TokenWalk {
  token = -1
  count = 0
  units = new Uint32Array(64)
  readonly #reader: ByteReader
  readonly #starts: Map<number, number>
  readonly #base: number
  readonly #total: number

  /** `bytes` are the blocks of the slice, of a segment with so many units. */
  constructor(sparse: Uint8Array, bytes: Uint8Array, slice: Slice, total: number) {
    this.#reader = new ByteReader(bytes)
    this.#base = slice.from
    this.#total = total
    this.#starts = blockStarts(sparse, slice)
  }

  /** Goes on to the next token; false after the last. */
  next(): boolean {
    const reader = this.#reader
    if (reader.is_done) {
      this.token = Infinity
      return false
    }
    const start = this.#starts.get(this.#base + reader.at)
    const step = reader.varint()
    this.token = (start ?? this.token) + step
    this.count = reader.varint()
    if (this.count > this.units.length) this.units = new Uint32Array(this.count * 2)
    readGaps(reader, this.units, this.count, this.#total)
    return true
  }
}

export const walkAll = ({ units, sparse, blocks }: Segment): TokenWalk =>
  new TokenWalk(sparse, blocks, { from: 0, to: blocks.length }, unitCount(units))

/** The units that a token of a range stands in, rising; the walk begins before it. */
export function unitsOf(
  walk: TokenWalk,
  { from, to }: { from: number; to: number },
  total: number,
): Uint32Array {
  const has = from === to ? null : new Uint8Array(total)
  while (walk.next() && walk.token <= to) {
    if (walk.token < from) continue
    if (!has) return walk.units.slice(0, walk.count)
    for (let index = 0; index < walk.count; index++) has[walk.units[index] ?? 0] = 1
  }
  return has
    ? new Uint32Array(has.entries().flatMap(([unit, is_in]) => (is_in ? [unit] : [])))
    : new Uint32Array()
}
