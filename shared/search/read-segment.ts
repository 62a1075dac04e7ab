import { blockStarts, type Segment, type Slice } from './segment.ts'
import { ByteReader } from './varint.ts'

/** Walks the tokens of some blocks in order; `units` holds the units of the one it stands on. */
export class TokenWalk {
  token = -1
  count = 0
  units = new Uint32Array(64)
  readonly #reader: ByteReader
  readonly #starts: Map<number, number>
  readonly #base: number

  constructor(sparse: Uint8Array, bytes: Uint8Array, slice: Slice) {
    this.#reader = new ByteReader(bytes)
    this.#base = slice.from
    this.#starts = new Map(blockStarts(sparse, slice).map(({ token, at }) => [at, token]))
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
    let unit = 0
    for (let index = 0; index < this.count; index++) {
      unit += reader.varint()
      this.units[index] = unit
    }
    return true
  }
}

export const walkAll = ({ sparse, blocks }: Segment): TokenWalk =>
  new TokenWalk(sparse, blocks, { from: 0, to: blocks.length })

/** The units, rising, that hold a token of a range; `bytes` are the blocks of the slice. */
export function unitsOf(
  sparse: Uint8Array,
  bytes: Uint8Array,
  slice: Slice,
  { from, to }: { from: number; to: number },
): number[] {
  const walk = new TokenWalk(sparse, bytes, slice)
  const found = new Set<number>()
  while (walk.next() && walk.token <= to) {
    if (walk.token < from) continue
    for (let index = 0; index < walk.count; index++) found.add(walk.units[index] ?? 0)
  }
  return [...found].toSorted((a, b) => a - b)
}
