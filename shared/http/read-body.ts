import { isUtf8 } from 'node:buffer'
import zlib from 'node:zlib'
import type { Config } from '../config.ts'
import { HubError } from '../errors.ts'
import { isWholeZstd } from './zstd-frames.ts'

const MAX_BODY_BYTES = 16 * 1024 * 1024
/** No body in the log is larger; JSON that was made of a door's protobuf may be larger than what that door takes. */
export const MAX_STORED_BYTES = 64 * 1024 * 1024

/** What a door takes: which media types, how many inflated bytes, and whether nothing is something to it. */
export type Takes = { media: readonly string[]; max_bytes: number; may_be_empty?: boolean }

const JSON_BODY: Takes = { media: ['application/json'], max_bytes: MAX_BODY_BYTES }

export type Encoding = 'identity' | 'gzip' | 'zstd'

/** A body as it came and as it reads: `sent` is what the log keeps, `raw` its inflated bytes. */
export type Body = { sent: Uint8Array; encoding: Encoding; raw: Uint8Array }

const inflate: Record<Encoding, (bytes: Uint8Array, maxOutputLength: number) => Uint8Array> = {
  identity: (bytes) => bytes,
  gzip: (bytes, maxOutputLength) => zlib.gunzipSync(bytes, { maxOutputLength }),
  zstd: (bytes, maxOutputLength) => zlib.zstdDecompressSync(bytes, { maxOutputLength }),
}

const isEncoding = (name: string): name is Encoding => Object.hasOwn(inflate, name)

/** Inflates a body that some door had let in. */
export const inflateBody = (bytes: Uint8Array, encoding: Encoding): Uint8Array =>
  inflate[encoding](bytes, MAX_STORED_BYTES)

const tooLarge = ({ max_bytes }: Takes, cause?: unknown): HubError =>
  new HubError('body_too_large', { detail: `The body is larger than ${max_bytes / 1024 / 1024} MB`, cause })

async function readBytes(request: Request, takes: Takes, seconds: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > takes.max_bytes) throw tooLarge(takes)
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new HubError('body_timeout')), seconds * 1000)
  })
  try {
    // Who closes the connection before the body is whole has not sent it in time; the hub did nothing wrong.
    const whole = request.bytes().catch((cause: unknown) => {
      throw new HubError('body_timeout', { cause })
    })
    const bytes = await Promise.race([whole, late])
    if (bytes.length > takes.max_bytes) throw tooLarge(takes)
    return bytes
  } finally {
    clearTimeout(timer)
  }
}

/** The media type of a request, without its parameters. */
export const mediaTypeOf = (request: Request): string =>
  (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

function checkMediaType(request: Request, { media }: Takes): void {
  const [, ...parameters] = (request.headers.get('content-type') ?? '').toLowerCase().split(';')
  const charset = parameters.map((p) => p.trim()).find((p) => p.startsWith('charset='))
  if (media.includes(mediaTypeOf(request)) && (!charset || /^charset="?utf-?8"?$/.test(charset))) return
  const detail = `Send ${media.join(' or ')}, as it is or with content-encoding gzip or zstd`
  throw new HubError('unsupported_media_type', { detail })
}

function inflated(sent: Uint8Array, encoding: Encoding, takes: Takes): Uint8Array {
  if (encoding === 'zstd' && !isWholeZstd(sent)) throw new HubError('bad_encoding')
  try {
    return inflate[encoding](sent, takes.max_bytes)
  } catch (cause) {
    const isTooLarge = cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
    throw isTooLarge ? tooLarge(takes, cause) : new HubError('bad_encoding', { cause })
  }
}

/** Reads a request's bytes under the limits of size, time and inflation; checks that JSON is UTF-8, not yet the JSON. */
export async function readBody(
  request: Request,
  { body_seconds }: Pick<Config, 'body_seconds'>,
  takes: Takes = JSON_BODY,
): Promise<Body> {
  checkMediaType(request, takes)
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase() || 'identity'
  if (!isEncoding(encoding)) throw new HubError('unsupported_media_type')
  const sent = await readBytes(request, takes, body_seconds)
  const raw = sent.length === 0 ? sent : inflated(sent, encoding, takes)
  if (raw.length === 0 && !takes.may_be_empty) throw new HubError('empty_body')
  if (mediaTypeOf(request) === 'application/json' && !isUtf8(raw)) throw new HubError('invalid_utf8')
  return { sent, encoding: sent.length === 0 ? 'identity' : encoding, raw }
}
