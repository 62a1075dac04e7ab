const MAGIC = 0xfd2fb528
/** Frames 0x184D2A50 to 0x184D2A5F carry no content (RFC 8878 §3.1.2). */
const SKIPPABLE = 0x184d2a5
const BLOCK_RLE = 1

const DICTIONARY_BYTES = [0, 1, 2, 4]
const SIZE_BYTES = [0, 2, 4, 8]

/** Where the blocks of a frame begin: after its magic number and its header. */
function startOfBlocks(descriptor: number, at: number): number {
  const single = (descriptor >> 5) & 1
  const size = SIZE_BYTES[descriptor >> 6] || single
  return at + 5 + (1 - single) + (DICTIONARY_BYTES[descriptor & 3] ?? 0) + size
}

/** The end of the frame that begins at `at`; past the last byte, or null, when it is cut off or none. */
function endOfFrame(bytes: DataView, at: number): number | null {
  if (at + 8 > bytes.byteLength) return null
  const magic = bytes.getUint32(at, true)
  if (magic >>> 4 === SKIPPABLE) return at + 8 + bytes.getUint32(at + 4, true)
  if (magic !== MAGIC) return null
  const descriptor = bytes.getUint8(at + 4)
  let next = startOfBlocks(descriptor, at)
  for (;;) {
    if (next + 3 > bytes.byteLength) return null
    const block = bytes.getUint16(next, true) | (bytes.getUint8(next + 2) << 16)
    next += 3 + (((block >> 1) & 3) === BLOCK_RLE ? 1 : block >> 3)
    if (block & 1) return next + (((descriptor >> 2) & 1) === 1 ? 4 : 0)
  }
}

/**
 * Whether these bytes are zstd frames from the first to the last. The decompressor of Bun 1.4.5 gives what it could read
 * of a frame that was cut off, and no error.
 */
export function isWholeZstd({ buffer, byteOffset, byteLength }: Uint8Array): boolean {
  const bytes = new DataView(buffer, byteOffset, byteLength)
  let at: number | null = 0
  while (at !== null && at < byteLength) at = endOfFrame(bytes, at)
  return at === byteLength
}
