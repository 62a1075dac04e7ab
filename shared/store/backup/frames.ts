/** H header, T a table begins, D its rows, E it ends, Z the archive ends; all but D are JSON. */
export type Kind = 'H' | 'T' | 'D' | 'E' | 'Z'
export type Frame = { kind: Kind; bytes: Buffer }

const KINDS: Record<string, Kind> = { H: 'H', T: 'T', D: 'D', E: 'E', Z: 'Z' }
const HEAD = 5
/** Longer is none of ours: rows come in the pieces in which the database sends them. */
const LONGEST = 1024 * 1024 * 1024

/** Something is wrong with the archive, in one line. */
export class BadArchive extends Error {
  override readonly name = 'BadArchive'
}

/** One frame: its kind, its length, its bytes. */
export function frame(kind: Kind, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD)
  head.write(kind, 0, 'latin1')
  head.writeUInt32LE(bytes.length, 1)
  return Buffer.concat([head, bytes])
}

export const jsonFrame = (kind: Kind, value: unknown): Buffer =>
  frame(kind, Buffer.from(JSON.stringify(value)))

/** The frames of an archive as they come, until it ends as it should; one that was cut off throws. */
export async function* readFrames(stream: AsyncIterable<Buffer>): AsyncGenerator<Frame, undefined> {
  let held: Buffer = Buffer.alloc(0)
  for await (const more of stream) {
    held = held.length === 0 ? more : Buffer.concat([held, more])
    while (held.length >= HEAD) {
      const kind = KINDS[held.toString('latin1', 0, 1)]
      const length = held.readUInt32LE(1)
      if (kind === undefined || length > LONGEST) throw new BadArchive('This is no backup of the hub')
      if (held.length < HEAD + length) break
      yield { kind, bytes: held.subarray(HEAD, HEAD + length) }
      if (kind === 'Z') return
      held = held.subarray(HEAD + length)
    }
  }
  throw new BadArchive('The backup ends before its end: it was cut off')
}
