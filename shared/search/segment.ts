import { writeGaps } from './gaps.ts'
import { ByteWriter } from './varint.ts'

/** Some neighbouring items of one body, which are found and read together. */
export type Unit = {
  log_id: string
  /** The first item's position in its document; -1 is what the document says of its trace. */
  first: number
  count: number
  /** Whether one of them was told of elsewhere too, so that what stands here is not all that it says. */
  retold: boolean
}

/**
 * An immutable index over some units, in the order of their bodies. `blocks` has tokens in order, each with the units that
 * hold it; `sparse` says at which token and byte each block begins; `units` names the units.
 */
export type Segment = { units: Uint8Array; sparse: Uint8Array; blocks: Uint8Array }

const UNIT_BYTES = 24
const SPARSE_BYTES = 9
const BLOCK_BYTES = 2048
/** Marks the count of a unit of which nothing is told elsewhere. */
const ALONE = 0x8000_0000

const hexOf = (log_id: string) => log_id.replaceAll('-', '')

export function packUnits(units: Unit[]): Uint8Array {
  const packed = Buffer.alloc(units.length * UNIT_BYTES)
  units.forEach(({ log_id, first, count, retold }, index) => {
    const at = index * UNIT_BYTES
    packed.write(hexOf(log_id), at, 'hex')
    packed.writeInt32BE(first, at + 16)
    packed.writeUInt32BE(count + (retold ? 0 : ALONE), at + 20)
  })
  return packed
}

export const unitCount = (packed: Uint8Array): number => packed.length / UNIT_BYTES

/** The unit of this number. */
export function unitAt(packed: Uint8Array, number: number): Unit {
  const at = packed.byteOffset + number * UNIT_BYTES
  const bytes = Buffer.from(packed.buffer, at, UNIT_BYTES)
  const hex = bytes.toString('hex', 0, 16)
  const count = bytes.readUInt32BE(20)
  return {
    log_id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
    first: bytes.readInt32BE(16),
    count: count % ALONE,
    retold: count < ALONE,
  }
}

/** Writes tokens in rising order. */
export class SegmentWriter {
  readonly #blocks = new ByteWriter()
  readonly #sparse = new ByteWriter()
  #block_start = 0
  #last = 0
  readonly #total: number

  /** Of a segment with so many units. */
  constructor(total: number) {
    this.#total = total
  }

  /** A token, and the first `count` of these units, which rise. */
  token(token: number, units: Uint32Array, count: number): void {
    const blocks = this.#blocks
    if (blocks.length === 0 || blocks.length - this.#block_start >= BLOCK_BYTES) {
      this.#sparse.uint32(Math.floor(token / 256))
      this.#sparse.byte(token % 256)
      this.#sparse.uint32(blocks.length)
      this.#block_start = blocks.length
      this.#last = token
    }
    blocks.varint(token - this.#last)
    blocks.varint(count)
    writeGaps(blocks, units, count, this.#total)
    this.#last = token
  }

  done(units: Uint8Array): Segment {
    return { units, sparse: this.#sparse.done(), blocks: this.#blocks.done() }
  }
}

/** Where blocks lie in `blocks`, the end left out. */
export type Slice = { from: number; to: number }

/** The first token of a block, and where it begins. */
const tokenAt = (view: DataView, block: number): number =>
  view.getUint32(block * SPARSE_BYTES) * 256 + view.getUint8(block * SPARSE_BYTES + 4)
const startAt = (view: DataView, block: number): number => view.getUint32(block * SPARSE_BYTES + 5)

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The first of so many blocks that is past something. */
function firstPast(blocks: number, isPast: (block: number) => boolean): number {
  let low = 0
  let high = blocks
  while (low < high) {
    const middle = (low + high) >> 1
    if (isPast(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** The bytes in which all tokens of a range stand; null when there are none. */
export function sliceOf(
  sparse: Uint8Array,
  total: number,
  range: { from: number; to: number },
): Slice | null {
  const view = viewOf(sparse)
  const blocks = sparse.length / SPARSE_BYTES
  const first = Math.max(0, firstPast(blocks, (block) => tokenAt(view, block) > range.from) - 1)
  const end = firstPast(blocks, (block) => tokenAt(view, block) > range.to)
  if (end <= first) return null
  return { from: startAt(view, first), to: end < blocks ? startAt(view, end) : total }
}

/** The first token of each block that begins in a slice, by where it begins. */
export function blockStarts(sparse: Uint8Array, { from, to }: Slice): Map<number, number> {
  const view = viewOf(sparse)
  const blocks = sparse.length / SPARSE_BYTES
  const starts = new Map<number, number>()
  let block = firstPast(blocks, (one) => startAt(view, one) >= from)
  for (; block < blocks && startAt(view, block) < to; block++)
    starts.set(startAt(view, block), tokenAt(view, block))
  return starts
}
