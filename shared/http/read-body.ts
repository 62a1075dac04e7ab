import { isUtf8 } from 'node:buffer'
import zlib from 'node:zlib'
import type { Config } from '../config.ts'
import { HubError } from '../errors.ts'
import { isWholeZstd } from './zstd-frames.ts'

export const MAX_BODY_BYTES = 16 * 1024 * 1024

export type Encoding = 'identity' | 'gzip' | 'zstd'

/** A body as it came and as it reads: `sent` is what the log keeps, `raw` its inflated bytes. */
export type Body = { sent: Uint8Array; encoding: Encoding; raw: Uint8Array }

const inflate: Record<Encoding, (bytes: Uint8Array) => Uint8Array> = {
  identity: (bytes) => bytes,
  gzip: (bytes) => zlib.gunzipSync(bytes, { maxOutputLength: MAX_BODY_BYTES }),
  zstd: (bytes) => zlib.zstdDecompressSync(bytes, { maxOutputLength: MAX_BODY_BYTES }),
}

const isEncoding = (name: string): name is Encoding => Object.hasOwn(inflate, name)

/** Inflates a body that the door had let in; the same cap holds when the log is read back. */
export const inflateBody = (bytes: Uint8Array, encoding: Encoding): Uint8Array => inflate[encoding](bytes)

async function readBytes(request: Request, seconds: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES)
    throw new HubError('body_too_large')
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new HubError('body_timeout')), seconds * 1000)
  })
  try {
    const bytes = await Promise.race([request.bytes(), late])
    if (bytes.length > MAX_BODY_BYTES) throw new HubError('body_too_large')
    return bytes
  } finally {
    clearTimeout(timer)
  }
}

function readMediaType(request: Request) {
  const [type, ...parameters] = (request.headers.get('content-type') ?? '').toLowerCase().split(';')
  const charset = parameters.map((p) => p.trim()).find((p) => p.startsWith('charset='))
  if (type?.trim() !== 'application/json' || (charset && !/^charset="?utf-?8"?$/.test(charset))) {
    throw new HubError('unsupported_media_type')
  }
}

/** Reads a JSON request's bytes under the limits of size, time and inflation; checks UTF-8, not yet the JSON. */
export async function readBody(
  request: Request,
  { body_seconds }: Pick<Config, 'body_seconds'>,
): Promise<Body> {
  readMediaType(request)
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase() || 'identity'
  if (!isEncoding(encoding)) throw new HubError('unsupported_media_type')
  const sent = await readBytes(request, body_seconds)
  if (sent.length === 0) throw new HubError('empty_body')
  if (encoding === 'zstd' && !isWholeZstd(sent)) throw new HubError('bad_encoding')
  let raw: Uint8Array
  try {
    raw = inflate[encoding](sent)
  } catch (cause) {
    const tooLarge = cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
    throw new HubError(tooLarge ? 'body_too_large' : 'bad_encoding', { cause })
  }
  if (raw.length === 0) throw new HubError('empty_body')
  if (!isUtf8(raw)) throw new HubError('invalid_utf8')
  return { sent, encoding, raw }
}
