/** A growing run of bytes to which numbers below 2^32 are added. */
export class ByteWriter {
  bytes = new Uint8Array(4096)
  length = 0

  #room(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
    grown.set(this.bytes)
    this.bytes = grown
  }

  varint(value: number): void {
    this.#room(5)
    let rest = value
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80
      rest = Math.floor(rest / 128)
    }
    this.bytes[this.length++] = rest
  }

  byte(value: number): void {
    this.#room(1)
    this.bytes[this.length++] = value
  }

  uint32(value: number): void {
    this.#room(4)
    for (let shift = 24; shift >= 0; shift -= 8) this.bytes[this.length++] = (value >>> shift) & 0xff
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  done(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }
}

/** Reads them back. */
export class ByteReader {
  at = 0
  readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get is_done(): boolean {
    return this.at >= this.bytes.length
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.bytes[this.at++] ?? 0
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
  }
}
