import { expect, test } from 'bun:test'
import zlib from 'node:zlib'
import { isWholeZstd } from './zstd-frames.ts'

const text = JSON.stringify(Array.from({ length: 40_000 }, (_, index) => Math.sin(index)))
const checked = (part: string) =>
  zlib.zstdCompressSync(part, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } })

const WHOLE = [
  Bun.zstdCompressSync(text),
  Bun.zstdCompressSync(''),
  zlib.zstdCompressSync('a'.repeat(500_000)),
  checked(text),
  Buffer.concat([checked('one'), Buffer.from('522a4d1803000000aaaaaa', 'hex'), Bun.zstdCompressSync('two')]),
]

test('frames that are whole are told from those that are cut off anywhere', () => {
  for (const bytes of WHOLE) {
    expect(isWholeZstd(bytes)).toBe(true)
    for (const cut of [1, 3, bytes.length >> 1, bytes.length - 1]) {
      expect(isWholeZstd(bytes.subarray(0, bytes.length - cut))).toBe(cut === bytes.length)
    }
  }
})

test('what follows the last frame is none', () => {
  for (const bytes of WHOLE)
    expect(isWholeZstd(Buffer.concat([bytes, Buffer.from('{"more":1}')]))).toBe(false)
})
