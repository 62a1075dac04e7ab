import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { HubError } from '#shared/errors.ts'

/** Where a page of traces ended: the next one begins after it. */
export type Position = { start_time: number; trace_no: bigint }

const CIPHER = 'aes-256-ecb'
const BYTES = 16
const LATEST = 8_000_000_000_000_000n

/**
 * Makes and reads the cursors of one project. Trace numbers are drawn for all projects together and
 * would tell how busy the others are, so a position is enciphered: one block, hence no mode, no nonce.
 */
export function cursorsOf(secret_key: string, project_no: number) {
  const key = createHmac('sha256', secret_key).update(`cursor ${project_no}`).digest()
  return {
    write({ start_time, trace_no }: Position): string {
      const block = Buffer.alloc(BYTES)
      block.writeBigInt64BE(BigInt(start_time), 0)
      block.writeBigInt64BE(trace_no, 8)
      return createCipheriv(CIPHER, key, null).setAutoPadding(false).update(block).toString('base64url')
    },
    read(cursor: string, name = 'cursor'): Position {
      const block = Buffer.from(cursor, 'base64url')
      if (block.length !== BYTES || block.toString('base64url') !== cursor) throw malformed(name)
      const position = createDecipheriv(CIPHER, key, null).setAutoPadding(false).update(block)
      const start_time = position.readBigInt64BE(0)
      const trace_no = position.readBigInt64BE(8)
      if (start_time < 0n || start_time > LATEST || trace_no < 0n) throw malformed(name)
      return { start_time: Number(start_time), trace_no }
    },
  }
}

const malformed = (name: string) =>
  new HubError('validation_error', {
    issues: [
      {
        type: 'value_error',
        loc: ['query', name],
        msg: 'Not a cursor of this project: send next_cursor or as_of as it came',
      },
    ],
  })
