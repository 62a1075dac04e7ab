import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Config } from '../config.ts'
import { addressGuard, LOOPBACK_NETWORKS, type AddressGuard } from './guard-address.ts'

/** Why a request to the outside came to nothing. */
export type OutboundCode =
  | 'bad_url'
  | 'blocked_address'
  | 'dns'
  | 'refused'
  | 'tls'
  | 'timeout'
  | 'aborted'
  | 'too_large'
  | 'bad_response'
  | 'connection_lost'

/** A request to the outside that got no answer; its message never holds the URL, which may hold a secret. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError'
  readonly code: OutboundCode

  constructor(code: OutboundCode, cause?: unknown) {
    super(code, cause === undefined ? {} : { cause })
    this.code = code
  }
}

/**
 * What is sent. `timeout_ms` bounds everything, from the name to the last byte; `most_bytes` the body of the answer, of
 * which 0 reads nothing: the answer is there with its headers.
 */
export type OutboundRequest = {
  url: string
  method: string
  headers: Readonly<Record<string, string>>
  body?: string | Uint8Array
  timeout_ms: number
  most_bytes: number
  signal?: AbortSignal
}

/** An answer of any status; redirects are answers like others and are not followed. */
export type OutboundAnswer = { status: number; headers: Record<string, string>; body: Uint8Array }

/** Sends one request to the outside; throws an OutboundError for everything but an answer. */
export type Outbound = (request: OutboundRequest) => Promise<OutboundAnswer>

/** The addresses of a name. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>

/** What the client is made of; `resolve` and `ca` are for tests and for a certificate authority of one's own. */
export type OutboundOptions = { resolve?: Resolve; ca?: string }

const BY_CAUSE: Record<string, OutboundCode> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EPROTO: 'tls',
  ECONNRESET: 'connection_lost',
  EPIPE: 'connection_lost',
  ETIMEDOUT: 'timeout',
}
const OF_TLS = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/
const OF_PARSER = /^HPE_|INVALID_HTTP|HTTPParser/i

const resolveBySystem: Resolve = (name) =>
  new Promise((done, fail) => {
    systemLookup(name, { all: true, order: 'verbatim' }, (cause, addresses) =>
      cause ? fail(cause) : done(addresses),
    )
  })

/** What an error of the sockets below means. */
function translated(cause: unknown): OutboundError {
  if (cause instanceof OutboundError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const known = BY_CAUSE[code]
  if (known) return new OutboundError(known, cause)
  if (OF_PARSER.test(code)) return new OutboundError('bad_response', cause)
  return new OutboundError(OF_TLS.test(code) ? 'tls' : 'connection_lost', cause)
}

/** Every address of the name is checked, at the moment of connecting, and only checked ones are handed on. */
function checkingLookup(resolve: Resolve, isAllowed: AddressGuard): LookupFunction {
  async function checked(name: string): Promise<LookupAddress[] | OutboundError> {
    try {
      const addresses = await resolve(name)
      if (addresses.length === 0) return new OutboundError('dns')
      const is_allowed = addresses.every(({ address }) => isAllowed(address))
      return is_allowed ? [...addresses] : new OutboundError('blocked_address')
    } catch (cause) {
      return new OutboundError('dns', cause)
    }
  }
  async function look(name: string, all: boolean, give: Parameters<LookupFunction>[2]): Promise<void> {
    const found = await checked(name)
    const [first = { address: '', family: 0 }] = found instanceof OutboundError ? [] : found
    if (found instanceof OutboundError) give(found, '', 0)
    else if (all) give(null, found)
    else give(null, first.address, first.family)
  }
  return (name, options, give) => void look(name, options.all === true, give)
}

/** The URL of a request; the parser has turned every spelling of an IPv4 address into the usual one. */
function readUrl(text: string, isAllowed: AddressGuard): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw new OutboundError('bad_url')
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(name) !== 0 && !isAllowed(name)) throw new OutboundError('blocked_address')
  return url
}

/** Reads the body as far as it may go; what is longer ends the connection. */
async function readBody(response: IncomingMessage, most_bytes: number): Promise<Uint8Array> {
  const parts: Buffer[] = []
  let bytes = 0
  return new Promise((done, fail) => {
    response.on('data', (part: Buffer) => {
      bytes += part.length
      if (bytes > most_bytes) fail(new OutboundError('too_large'))
      else parts.push(part)
    })
    response.on('end', () =>
      response.complete ? done(Buffer.concat(parts)) : fail(new OutboundError('connection_lost')),
    )
    response.on('error', (cause) => fail(translated(cause)))
    response.on('aborted', () => fail(new OutboundError('connection_lost')))
  })
}

const headersOf = (response: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
  )

/** Runs until there is an answer, or the time is over, or nobody waits any more; the connection never outlives that. */
async function exchange(
  sent: ClientRequest,
  { body, timeout_ms, most_bytes, signal }: OutboundRequest,
): Promise<OutboundAnswer> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const { promise: ended, reject: end } = Promise.withResolvers<never>()
  const onAbort = () => end(new OutboundError('aborted'))
  const begun = new Promise<IncomingMessage>((done, fail) => {
    sent.on('error', (cause) => fail(translated(cause)))
    sent.on('response', done)
  })
  async function answer(): Promise<OutboundAnswer> {
    const response = await begun
    const read = most_bytes === 0 ? new Uint8Array() : await readBody(response, most_bytes)
    return { status: response.statusCode ?? 0, headers: headersOf(response), body: read }
  }
  const answered = answer()
  try {
    timer = setTimeout(() => end(new OutboundError('timeout')), timeout_ms)
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    else sent.end(body)
    return await Promise.race([answered, ended])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    // What still happens on the connection is of no interest, and must not become an error that nobody takes.
    answered.catch(() => undefined)
    ended.catch(() => undefined)
    sent.on('error', () => undefined)
    sent.destroy()
  }
}

function guardOf({ env, outbound_allow }: Pick<Config, 'env' | 'outbound_allow'>): AddressGuard {
  return addressGuard([...outbound_allow, ...(env === 'development' ? LOOPBACK_NETWORKS : [])])
}

/** Whether the hub would send to a URL as its name stands now, and why not; sending checks again as it connects. */
export function outboundCheck(
  config: Pick<Config, 'env' | 'outbound_allow'>,
  { resolve = resolveBySystem }: OutboundOptions = {},
): (url: string) => Promise<OutboundCode | null> {
  const isAllowed = guardOf(config)
  return async (text) => {
    try {
      const name = readUrl(text, isAllowed).hostname.replace(/^\[(.*)\]$/, '$1')
      const addresses = isIP(name) === 0 ? await resolve(name) : [{ address: name }]
      if (addresses.length === 0) return 'dns'
      return addresses.every(({ address }) => isAllowed(address)) ? null : 'blocked_address'
    } catch (cause) {
      return cause instanceof OutboundError ? cause.code : 'dns'
    }
  }
}

/**
 * The one way out of the hub for URLs that people enter. It connects to public addresses and those of HUB_OUTBOUND_ALLOW
 * only, checked when it connects, so that no name can change in between; it verifies TLS, follows no redirect, uses no proxy.
 */
export function outbound(
  config: Pick<Config, 'env' | 'outbound_allow'>,
  { resolve = resolveBySystem, ca }: OutboundOptions = {},
): Outbound {
  const isAllowed = guardOf(config)
  const lookup = checkingLookup(resolve, isAllowed)
  return async (request) => {
    const url = readUrl(request.url, isAllowed)
    const options = {
      method: request.method,
      headers: { 'accept-encoding': 'identity', ...request.headers },
      lookup,
      agent: false as const,
    }
    const sent =
      url.protocol === 'https:'
        ? https.request(url, { ...options, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) })
        : http.request(url, options)
    return exchange(sent, request)
  }
}
