const LENGTH = 2

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) | 0x80)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return bytes
}

/** A protobuf field that holds a small number. */
export const numberField = (number: number, value: number): Buffer =>
  Buffer.from([...varint(number * 8), ...varint(value)])

/** A protobuf field that holds bytes: a text, or a message put together elsewhere. */
export function bytesField(number: number, bytes: Uint8Array | string): Buffer {
  const content = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  return Buffer.concat([Buffer.from([...varint(number * 8 + LENGTH), ...varint(content.length)]), content])
}
