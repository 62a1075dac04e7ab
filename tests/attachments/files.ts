import zlib from 'node:zlib'

/** A file that goes along with a run. */
export type File = { name: string; type: string; bytes: Uint8Array }

export const textFile = (name: string, type: string, text: string): File => ({
  name,
  type,
  bytes: Buffer.from(text),
})

function chunk(kind: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(kind), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  body.copy(framed, 4)
  framed.writeUInt32BE(Bun.hash.crc32(body), body.length + 4)
  return framed
}

/** A picture in one colour that a browser draws; `words` stand in it as a comment, byte for byte. */
export function png(words: string, [red, green, blue] = [11, 106, 124], width = 320, height = 200): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2], 8)
  const row = Buffer.concat([
    Buffer.of(0),
    Buffer.alloc(width * 3, Buffer.of(red ?? 0, green ?? 0, blue ?? 0)),
  ])
  const pixels = zlib.deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))
  return Buffer.concat([
    Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', head),
    chunk('tEXt', Buffer.from(`Comment\0${words}`)),
    chunk('IDAT', pixels),
    chunk('IEND', new Uint8Array()),
  ])
}

/** A drawing and a page that run script where something lets them. */
export const HOSTILE_SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="document.title='hit'"><script>document.title='hit'</script></svg>`
export const HOSTILE_PAGE = `<!doctype html><title>calm</title><script>document.title='hit'</script><img src=x onerror="document.title='hit'">`
