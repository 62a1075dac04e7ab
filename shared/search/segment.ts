import { ByteWriter } from './varint.ts'

/** Some neighbouring items of one body, which are found and read together. */
export type Unit = {
  log_id: string
  /** The first item's position in its document; -1 is what the document says of its trace. */
  first: number
  count: number
}

/**
 * An immutable index over some units, in the order of their bodies. `blocks` has tokens in order, each with the units that
 * hold it; `sparse` says at which token and byte each block begins; `units` names the units.
 */
export type Segment = { units: Uint8Array; sparse: Uint8Array; blocks: Uint8Array }

const UNIT_BYTES = 24
const SPARSE_BYTES = 8
const BLOCK_BYTES = 4096

const hexOf = (log_id: string) => log_id.replaceAll('-', '')

export function packUnits(units: Unit[]): Uint8Array {
  const packed = Buffer.alloc(units.length * UNIT_BYTES)
  units.forEach(({ log_id, first, count }, index) => {
    const at = index * UNIT_BYTES
    packed.write(hexOf(log_id), at, 'hex')
    packed.writeInt32BE(first, at + 16)
    packed.writeUInt32BE(count, at + 20)
  })
  return packed
}

export const unitCount = (packed: Uint8Array): number => packed.length / UNIT_BYTES

/** The unit of this number. */
export function unitAt(packed: Uint8Array, number: number): Unit {
  const at = packed.byteOffset + number * UNIT_BYTES
  const bytes = Buffer.from(packed.buffer, at, UNIT_BYTES)
  const hex = bytes.toString('hex', 0, 16)
  return {
    log_id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
    first: bytes.readInt32BE(16),
    count: bytes.readUInt32BE(20),
  }
}

/** Writes tokens in rising order. */
export class SegmentWriter {
  readonly #blocks = new ByteWriter()
  readonly #sparse = new ByteWriter()
  #block_start = 0
  #last = 0

  /** A token, and the first `count` of these units, which rise. */
  token(token: number, units: Uint32Array, count: number): void {
    const blocks = this.#blocks
    if (blocks.length === 0 || blocks.length - this.#block_start >= BLOCK_BYTES) {
      this.#sparse.uint32(token)
      this.#sparse.uint32(blocks.length)
      this.#block_start = blocks.length
      this.#last = token
    }
    blocks.varint(token - this.#last)
    blocks.varint(count)
    let before = 0
    for (let index = 0; index < count; index++) {
      const unit = units[index] ?? 0
      blocks.varint(unit - before)
      before = unit
    }
    this.#last = token
  }

  done(units: Uint8Array): Segment {
    return { units, sparse: this.#sparse.done(), blocks: this.#blocks.done() }
  }
}

/** Where blocks lie in `blocks`, the end left out. */
export type Slice = { from: number; to: number }

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The bytes in which all tokens of a range stand; null when there are none. */
export function sliceOf(
  sparse: Uint8Array,
  total: number,
  range: { from: number; to: number },
): Slice | null {
  const view = viewOf(sparse)
  const blocks = sparse.length / SPARSE_BYTES
  let low = 0
  let high = blocks
  while (low < high) {
    const middle = (low + high) >> 1
    if (view.getUint32(middle * SPARSE_BYTES) <= range.from) low = middle + 1
    else high = middle
  }
  const first = Math.max(0, low - 1)
  let end = first
  while (end < blocks && view.getUint32(end * SPARSE_BYTES) <= range.to) end++
  if (end === first) return null
  return {
    from: view.getUint32(first * SPARSE_BYTES + 4),
    to: end < blocks ? view.getUint32(end * SPARSE_BYTES + 4) : total,
  }
}

/** The first token of each block that begins in a slice, by where it begins. */
export function blockStarts(sparse: Uint8Array, { from, to }: Slice): { token: number; at: number }[] {
  const view = viewOf(sparse)
  const starts: { token: number; at: number }[] = []
  for (let at = 0; at < sparse.length; at += SPARSE_BYTES) {
    const begin = view.getUint32(at + 4)
    if (begin >= from && begin < to) starts.push({ token: view.getUint32(at), at: begin })
  }
  return starts
}
