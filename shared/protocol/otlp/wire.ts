/** Bytes that are not the protobuf message they should be. */
export class BadWire extends Error {
  override readonly name = 'BadWire'
}

export const VARINT = 0
export const FIXED64 = 1
export const LENGTH = 2
const FIXED32 = 5

const utf8 = new TextDecoder('utf-8')
/** Up to here a loop is faster than the decoder. */
const SHORT = 24
const TWO_32 = 4_294_967_296

/** Reads the fields of one protobuf message; every length is held against what is left of the bytes. */
export class Wire {
  readonly bytes: Uint8Array
  at: number
  end: number

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  /** The key of the next field (number * 8 + wire type), or 0 at the end. */
  next(): number {
    if (this.at >= this.end) return 0
    const key = this.#size()
    if (key < 8) throw new BadWire('field number 0')
    return key
  }

  /** A varint that must be a small number: a key, a length, an enumeration. */
  #size(): number {
    let value = 0
    let scale = 1
    for (let count = 0; count < 10; count++) {
      if (this.at >= this.end) throw new BadWire('the bytes end inside a number')
      const byte = this.bytes[this.at++] ?? 0
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw new BadWire('a number of more than 10 bytes')
  }

  number(): number {
    return this.#size()
  }

  /** A signed 64-bit varint: a number while that is exact, else its digits. */
  int64(): number | string {
    const from = this.at
    const value = this.#size()
    if (value <= Number.MAX_SAFE_INTEGER) return value
    let exact = 0n
    for (let at = from, shift = 0n; at < this.at; at++, shift += 7n) {
      exact |= BigInt((this.bytes[at] ?? 0) & 0x7f) << shift
    }
    const signed = BigInt.asIntN(64, exact)
    const number = Number(signed)
    return Number.isSafeInteger(number) ? number : String(signed)
  }

  #take(size: number): number {
    const from = this.at
    if (size > this.end - from) throw new BadWire('a length past the end')
    this.at += size
    return from
  }

  double(): number {
    const from = this.#take(8)
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + from, 8).getFloat64(0, true)
  }

  /** Nanoseconds as whole microseconds; nanoseconds themselves do not fit into a double. */
  micros(): number {
    const from = this.#take(8)
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + from, 8)
    const low = view.getUint32(0, true)
    const high = view.getUint32(4, true)
    return Math.floor(high / 1000) * TWO_32 + Math.floor(((high % 1000) * TWO_32 + low) / 1000)
  }

  /** The next length-delimited field's bytes. */
  slice(): Uint8Array {
    const size = this.#size()
    const from = this.#take(size)
    return this.bytes.subarray(from, from + size)
  }

  /** The message in the next field, read by the same rules. */
  inner(): Wire {
    const size = this.#size()
    const from = this.#take(size)
    return new Wire(this.bytes, from, from + size)
  }

  /** Bytes that are not UTF-8 become U+FFFD. */
  text(): string {
    const size = this.#size()
    const from = this.#take(size)
    if (size > SHORT) return utf8.decode(this.bytes.subarray(from, from + size))
    let text = ''
    for (let at = from; at < from + size; at++) {
      const byte = this.bytes[at] ?? 0
      if (byte >= 0x80) return utf8.decode(this.bytes.subarray(from, from + size))
      text += String.fromCharCode(byte)
    }
    return text
  }

  hex(): string {
    const bytes = this.slice()
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
  }

  /** Passes over a field that nobody here knows. */
  skip(key: number): void {
    const type = key & 7
    if (type === VARINT) this.#size()
    else if (type === FIXED64) this.#take(8)
    else if (type === LENGTH) this.#take(this.#size())
    else if (type === FIXED32) this.#take(4)
    else throw new BadWire(`wire type ${type}`)
  }
}

/** The key of a field as it stands on the wire. */
export const field = (number: number, type: number): number => number * 8 + type
