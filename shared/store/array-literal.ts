type Scalar = string | number | bigint | boolean | null

const quote = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`

/** One text parameter that Postgres reads as an array: much cheaper for the driver than an array of parameters. */
export function arrayLiteral(values: readonly Scalar[]): string {
  const members = values.map((value) =>
    value === null ? 'NULL' : typeof value === 'string' ? quote(value) : String(value),
  )
  return `{${members.join(',')}}`
}

/** Bytes as a member of an array literal of `bytea`. */
export const hexBytes = (bytes: Uint8Array | null): string | null =>
  bytes === null
    ? null
    : `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
