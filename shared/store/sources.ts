/** One saying that a row was folded from: where it stands in the log, and its rank. */
export type Source = {
  log_id: string
  /** Position in the document as sent; -1 is the header (`trace`, the run). */
  ordinal: number
  level: number
  /** Event time, microseconds since 1970. */
  at: number
  /** 64-bit digest of the idempotency key, the last tie-break. */
  digest: bigint
}

const SIZE = 37
const HEADER = -1

/** Order of sayings: amendments beat ends beat starts, then the later event time, then the key. */
export const byRank = (a: Source, b: Source): number =>
  a.level - b.level || a.at - b.at || (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0)

/** Packs sources into the `sources` column: log_id 16, ordinal 4, level 1, time 8, digest 8 bytes each. */
export function packSources(sources: Source[]): Buffer {
  const packed = Buffer.allocUnsafe(sources.length * SIZE)
  sources.forEach((source, index) => {
    const at = index * SIZE
    packed.write(source.log_id.replaceAll('-', ''), at, 'hex')
    packed.writeInt32BE(source.ordinal, at + 16)
    packed.writeUInt8(source.level, at + 20)
    packed.writeBigInt64BE(BigInt(source.at), at + 21)
    packed.writeBigInt64BE(source.digest, at + 29)
  })
  return packed
}

export function unpackSources(packed: Uint8Array): Source[] {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength)
  return Array.from({ length: bytes.length / SIZE }, (_, index) => {
    const at = index * SIZE
    const hex = bytes.toString('hex', at, at + 16)
    return {
      log_id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
      ordinal: bytes.readInt32BE(at + 16),
      level: bytes.readUInt8(at + 20),
      at: Number(bytes.readBigInt64BE(at + 21)),
      digest: bytes.readBigInt64BE(at + 29),
    }
  })
}

export const isHeader = (source: Pick<Source, 'ordinal'>): boolean => source.ordinal === HEADER

/** Level of the words of an item that is its trace's own object; the words of spans lie below. */
export const OWN_LEVEL = 1

/** Of a trace's sources: whether the trace itself speaks there, in a header or in an object among the items. */
export const isOwn = (source: Pick<Source, 'ordinal' | 'level'>): boolean =>
  isHeader(source) || source.level >= OWN_LEVEL

export { HEADER as HEADER_ORDINAL }
