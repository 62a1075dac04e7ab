const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const EPOCH_2000_US = 946_684_800_000_000
const EPOCH_2000_DAYS = 10_957

/**
 * Rows in PostgreSQL's binary COPY format: a growing buffer, written field by field in column order.
 * Every field is its length and its bytes; null is the length -1.
 */
export class CopyEncoder {
  #bytes = Buffer.allocUnsafe(1 << 16)
  #at = 0
  rows = 0

  constructor() {
    this.reset()
  }

  reset(): void {
    this.#at = SIGNATURE.copy(this.#bytes)
    this.rows = 0
  }

  /** Everything so far, with the trailer; valid until the next write. */
  finish(): Buffer {
    this.#room(2)
    this.#at = this.#bytes.writeInt16BE(-1, this.#at)
    return this.#bytes.subarray(0, this.#at)
  }

  row(fields: number): void {
    this.#room(2)
    this.#at = this.#bytes.writeInt16BE(fields, this.#at)
    this.rows++
  }

  null(): void {
    this.#room(4)
    this.#at = this.#bytes.writeInt32BE(-1, this.#at)
  }

  smallint(value: number | null): void {
    if (value === null) return this.null()
    this.#room(6)
    this.#at = this.#bytes.writeInt16BE(value, this.#bytes.writeInt32BE(2, this.#at))
  }

  integer(value: number | null): void {
    if (value === null) return this.null()
    this.#room(8)
    this.#at = this.#bytes.writeInt32BE(value, this.#bytes.writeInt32BE(4, this.#at))
  }

  bigint(value: bigint | null): void {
    if (value === null) return this.null()
    this.#room(12)
    this.#at = this.#bytes.writeBigInt64BE(value, this.#bytes.writeInt32BE(8, this.#at))
  }

  /** A bigint column from a safe integer, without making a BigInt of it. */
  safe(value: number | null): void {
    if (value === null) return this.null()
    this.#room(12)
    const high = Math.floor(value / 4_294_967_296)
    this.#at = this.#bytes.writeInt32BE(8, this.#at)
    this.#at = this.#bytes.writeInt32BE(high, this.#at)
    this.#at = this.#bytes.writeUInt32BE(value - high * 4_294_967_296, this.#at)
  }

  double(value: number): void {
    this.#room(12)
    this.#at = this.#bytes.writeDoubleBE(value, this.#bytes.writeInt32BE(8, this.#at))
  }

  boolean(value: boolean | null): void {
    if (value === null) return this.null()
    this.#room(5)
    this.#at = this.#bytes.writeUInt8(value ? 1 : 0, this.#bytes.writeInt32BE(1, this.#at))
  }

  /** timestamptz from microseconds since 1970. */
  time(micros: number | null): void {
    this.safe(micros === null ? null : micros - EPOCH_2000_US)
  }

  /** date from YYYY-MM-DD. */
  day(day: string): void {
    this.integer(Date.parse(day) / 86_400_000 - EPOCH_2000_DAYS)
  }

  uuid(text: string): void {
    this.#room(20)
    this.#at = this.#bytes.writeInt32BE(16, this.#at)
    this.#at += this.#bytes.write(text.replaceAll('-', ''), this.#at, 'hex')
  }

  text(value: string | null): void {
    if (value === null) return this.null()
    this.#room(4 + value.length * 3)
    const length = this.#bytes.write(value, this.#at + 4)
    this.#bytes.writeInt32BE(length, this.#at)
    this.#at += 4 + length
  }

  jsonb(value: object | null): void {
    if (value === null) return this.null()
    const text = JSON.stringify(value)
    this.#room(5 + text.length * 3)
    const length = this.#bytes.write(text, this.#at + 5)
    this.#bytes.writeInt32BE(length + 1, this.#at)
    this.#bytes.writeUInt8(1, this.#at + 4)
    this.#at += 5 + length
  }

  bytes(value: Uint8Array | null): void {
    if (value === null) return this.null()
    this.#room(4 + value.length)
    this.#at = this.#bytes.writeInt32BE(value.length, this.#at)
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + more))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
