/** Why a webhook is not to be believed. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError'
  readonly code: 'missing_header' | 'bad_timestamp' | 'bad_secret' | 'bad_signature' | 'malformed_json'

  constructor(code: WebhookError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** Headers as a `Request`, Node or a framework gives them. */
export type HeadersLike = Headers | Record<string, string | string[] | undefined>

const TOLERANCE_SECONDS = 300

const isHeaders = (headers: HeadersLike): headers is Headers => typeof headers.get === 'function'

function header(headers: HeadersLike, name: string): string {
  const found: unknown = isHeaders(headers)
    ? headers.get(name)
    : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  const value: unknown = Array.isArray(found) ? found[0] : found
  if (typeof value === 'string' && value !== '') return value
  throw new WebhookError('missing_header', `the header ${name} is missing`)
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = fromBase64(secret.replace(/^whsec_/, ''))
  if (!bytes || bytes.length === 0)
    throw new WebhookError('bad_secret', 'the secret is not whsec_ and base64')
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
}

function checkTime(text: string, now: number, tolerance: number): void {
  const sent = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(sent))
    throw new WebhookError('bad_timestamp', 'webhook-timestamp is not a number of seconds')
  if (Math.abs(now / 1000 - sent) > tolerance)
    throw new WebhookError('bad_timestamp', 'webhook-timestamp is too far from now')
}

/** A webhook of the hub, as it came. */
export type Webhook = {
  /** The body exactly as it came, not parsed and written again. */
  body: string | Uint8Array
  headers: HeadersLike
  /** `whsec_…`; several while a secret is being rotated. */
  secret: string | string[]
  /** How far its time may be from now, in seconds; default 300. */
  toleranceSeconds?: number
  /** Milliseconds since 1970; default now. */
  now?: number
}

/** Checks a webhook by Standard Webhooks and gives its parsed body; throws a WebhookError when it is not to be believed. */
export async function verifyWebhook(webhook: Webhook): Promise<unknown> {
  const { body, headers, secret, toleranceSeconds = TOLERANCE_SECONDS, now = Date.now() } = webhook
  const [id, time, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    header(headers, name),
  )
  checkTime(time ?? '', now, toleranceSeconds)
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const signed = new TextEncoder().encode(`${id}.${time}.${text}`)
  const keys = await Promise.all([secret].flat().map(keyOf))
  for (const signature of (signatures ?? '').split(' ')) {
    const bytes = signature.startsWith('v1,') ? fromBase64(signature.slice(3)) : null
    if (!bytes) continue
    for (const key of keys) if (await crypto.subtle.verify('HMAC', key, bytes, signed)) return parse(text)
  }
  throw new WebhookError('bad_signature', 'no signature fits')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new WebhookError('malformed_json', 'the body is signed, and no JSON')
  }
}
