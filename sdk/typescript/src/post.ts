import type { Settings } from './options.ts'
import { messageOf } from './said.ts'
import { VERSION } from './version.ts'

/** What came of one request. */
export type Answer =
  /** Taken; the items that the hub named in `rejected`. */
  | { kind: 'taken'; rejected: { code: string; detail: string }[]; body: unknown }
  /** To be sent again: after so many milliseconds, or when the sender thinks fit. `away`: it is not this request's fault; `late`: its time ran out. */
  | { kind: 'again'; after: number | null; away: boolean; why: string; late?: boolean }
  /** Not to be sent again as it is. */
  | { kind: 'refused'; status: number; why: string }

/** Past this the body is worth its compression. */
const COMPRESS_FROM = 1024
const LONGEST_WAIT_MS = 300_000

type Post = {
  path: string
  body: string
  timeoutMs: number
  signal?: AbortSignal | undefined
  gzip?: boolean
}

type Gzip = (bytes: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>

let gzip: Promise<Gzip | null> | undefined

/** Compression off the caller's thread, loaded when it is first needed; null where the runtime has none. */
async function loadGzip(): Promise<Gzip | null> {
  try {
    const [zlib, { promisify }] = await Promise.all([import('node:zlib'), import('node:util')])
    const compress = promisify(zlib.gzip)
    return async (bytes) => new Uint8Array(await compress(bytes))
  } catch {
    return null
  }
}

async function pack(
  body: string,
  allowed: boolean,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; encoding: string | null }> {
  const bytes = new TextEncoder().encode(body)
  if (!allowed || bytes.length < COMPRESS_FROM) return { bytes, encoding: null }
  gzip ??= loadGzip()
  const compress = await gzip
  return compress ? { bytes: await compress(bytes), encoding: 'gzip' } : { bytes, encoding: null }
}

/** Retry-After in milliseconds: seconds or a date, as HTTP allows. */
export function readRetryAfter(text: string | null, now: number): number | null {
  if (text === null || text.trim() === '') return null
  const ms = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS)
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function rejectedIn(body: unknown): { code: string; detail: string }[] {
  const rejected = isRecord(body) ? body['rejected'] : undefined
  if (!Array.isArray(rejected)) return []
  return rejected.filter(isRecord).map(({ code, detail }) => ({ code: String(code), detail: String(detail) }))
}

const AWAY = new Set([408, 425, 429, 502, 503, 504])

async function read(response: Response): Promise<Answer> {
  const text = await response.text()
  const { status } = response
  if (response.ok) {
    const body = parse(text)
    if (isRecord(body)) return { kind: 'taken', rejected: rejectedIn(body), body }
    // Cut short, or from something that stands where the hub should.
    return { kind: 'again', after: null, away: true, why: `${status} without the hub's answer` }
  }
  const why = `${status} ${text.slice(0, 300)}`
  if (AWAY.has(status) || status >= 500) {
    const after = readRetryAfter(response.headers.get('retry-after'), Date.now())
    return { kind: 'again', after, away: AWAY.has(status), why }
  }
  return { kind: 'refused', status, why }
}

/** What every request to the hub says of itself. */
export const headersOf = (apiKey: string): Record<string, string> => ({
  'content-type': 'application/json',
  'x-api-key': apiKey,
  'user-agent': `llm-trace-hub-ts/${VERSION}`,
})

/** Sends one body and says what came of it; never throws. */
export function poster({ baseUrl, apiKey, fetch }: Pick<Settings, 'baseUrl' | 'apiKey' | 'fetch'>) {
  return async ({ path, body, timeoutMs, signal, gzip: allowed = true }: Post): Promise<Answer> => {
    const stop = new AbortController()
    const end = () => stop.abort()
    const timer = setTimeout(end, timeoutMs)
    timer.unref?.()
    signal?.addEventListener('abort', end)
    try {
      const { bytes, encoding } = await pack(body, allowed)
      const headers = headersOf(apiKey)
      if (encoding) headers['content-encoding'] = encoding
      // A redirect would carry the key to somewhere else.
      const init: RequestInit = {
        method: 'POST',
        headers,
        body: bytes,
        signal: stop.signal,
        redirect: 'error',
      }
      return await read(await fetch(`${baseUrl}${path}`, init))
    } catch (error) {
      const late = stop.signal.aborted && !signal?.aborted
      const why = late ? `no answer within ${timeoutMs} ms` : messageOf(error)
      return { kind: 'again', after: null, away: true, why, late }
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
    }
  }
}
