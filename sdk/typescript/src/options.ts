/** What became lost, how much of it, and why. */
export type Drop = {
  /** `queue_full`: the hub was away for too long; `rejected`: the hub refused the item; `refused`: it refused the request. */
  reason: 'queue_full' | 'rejected' | 'refused' | 'failed'
  items: number
  /** What the hub said, where it said something. */
  detail: string
}

/** How a client is set up; everything has a default, and the environment fills in what is not given. */
export type ClientOptions = {
  /** Where the hub is; default `TRACEHUB_BASE_URL`, else http://localhost:8000. */
  baseUrl?: string | undefined
  /** The key of your project; default `TRACEHUB_API_KEY`, else `dev-key`. */
  apiKey?: string | undefined
  /** False records and sends nothing; default true unless `TRACEHUB_ENABLED` is 0, false, no or off. */
  enabled?: boolean | undefined
  /** Said of every trace that does not say otherwise; default `TRACEHUB_ENVIRONMENT`. */
  environment?: string | undefined
  /** The version of your app, said of every trace; default `TRACEHUB_RELEASE`. */
  release?: string | undefined
  /** The share of traces that is recorded, 0 to 1; default `TRACEHUB_SAMPLE_RATE`, else 1. */
  sampleRate?: number | undefined
  /** Memory for what is not sent yet; past it the oldest is dropped and counted. Default 10 MB. */
  maxQueueBytes?: number | undefined
  /** How long an item may wait for others before it is sent; default 1000. */
  flushIntervalMs?: number | undefined
  /** How long one request to the hub may take; default 10000. */
  requestTimeoutMs?: number | undefined
  /** How long the end of the process may be held up to send what is left; default 2000, 0 = not at all. */
  exitTimeoutMs?: number | undefined
  /** Longest JSON of one input, one output or one set of attributes, in characters; default 1,000,000. */
  maxValueLength?: number | undefined
  /** Sees each input, output, error text and set of attributes before it is recorded, and returns what may be. */
  mask?: ((value: unknown, field: MaskedField) => unknown) | undefined
  /** Called when something was lost, never more than once a second for each reason. */
  onDrop?: ((drop: Drop) => void) | undefined
  /** Where warnings go; default `process.emitWarning`. Each kind is told once a minute at most. */
  onWarning?: ((message: string) => void) | undefined
  /** Default `globalThis.fetch`. */
  fetch?: Fetch | undefined
}

/** What a mask is asked about. */
export type MaskedField = 'input' | 'output' | 'error' | 'attributes' | 'message'

/** The part of `fetch` that the client uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Options with nothing left open. */
export type Settings = {
  [Name in Exclude<keyof ClientOptions, 'mask' | 'onDrop' | 'environment' | 'release'>]-?: Exclude<
    ClientOptions[Name],
    undefined
  >
} & Pick<ClientOptions, 'mask' | 'onDrop' | 'environment' | 'release'>

type Environment = Record<string, string | undefined>

const environment = (): Environment => {
  try {
    return globalThis.process?.env ?? {}
  } catch {
    return {}
  }
}

const OFF = /^(0|false|no|off)$/i

function warn(message: string): void {
  try {
    globalThis.process?.emitWarning?.(message, { type: 'TraceHubWarning' })
  } catch {
    // A host that has no warnings, or that throws on them, is not told.
  }
}

const positive = (value: number | undefined, fallback: number): number =>
  value !== undefined && Number.isFinite(value) && value >= 0 ? value : fallback

function share(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 1
}

const isUrl = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

/** Options, then the environment, then the defaults. A base URL that is none switches the client off, with a warning. */
export function readOptions(options: ClientOptions, env: Environment = environment()): Settings {
  const base = (options.baseUrl ?? env['TRACEHUB_BASE_URL']) || 'http://localhost:8000'
  const onWarning = options.onWarning ?? warn
  const usable = isUrl(base)
  if (!usable) onWarning('TRACEHUB_BASE_URL is not an http(s) URL: nothing will be recorded')
  return {
    baseUrl: base.replace(/\/+$/, ''),
    apiKey: (options.apiKey ?? env['TRACEHUB_API_KEY']) || 'dev-key',
    enabled: usable && (options.enabled ?? !OFF.test(env['TRACEHUB_ENABLED'] ?? '')),
    environment: options.environment ?? env['TRACEHUB_ENVIRONMENT'],
    release: options.release ?? env['TRACEHUB_RELEASE'],
    sampleRate: share(
      options.sampleRate ?? (env['TRACEHUB_SAMPLE_RATE'] ? Number(env['TRACEHUB_SAMPLE_RATE']) : 1),
    ),
    maxQueueBytes: positive(options.maxQueueBytes, 10 * 1024 * 1024),
    flushIntervalMs: positive(options.flushIntervalMs, 1000),
    requestTimeoutMs: positive(options.requestTimeoutMs, 10_000),
    exitTimeoutMs: positive(options.exitTimeoutMs, 2000),
    maxValueLength: positive(options.maxValueLength, 1_000_000),
    mask: options.mask,
    onDrop: options.onDrop,
    onWarning,
    // Taken now: a fetch that somebody instruments later would trace our own requests.
    fetch: options.fetch ?? globalThis.fetch,
  }
}
