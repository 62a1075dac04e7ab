import { activeSpan, traced } from '#shared/tracing/tracer.ts'
import { VERSION } from '#shared/version.ts'
import type { NotifyDeps } from '../deps.ts'
import { FORMATS } from '../formats/formats.ts'
import { unsealFor } from '../subscriptions/keep-secret.ts'
import type { Claimed } from './claim.ts'
import { readRetryAfter } from './schedule.ts'
import { signedHeaders } from './sign.ts'
import { TEST_EVENT } from './test-event.ts'

const TIMEOUT_MS = 15_000
/** Of a test, for whose end a person waits at a page. */
const TEST_TIMEOUT_MS = 10_000
/** Of the answer only the status counts; what it says is not even read. */
const MOST_ANSWER_BYTES = 0

/** How an attempt ended. Without an error it was delivered. */
export type Ended = {
  started_at: number
  latency_ms: number
  status: number | null
  error: string | null
  retry_after_ms: number | null
}

type Sealed = Pick<Claimed, 'subscription_id' | 'secret_sealed' | 'old_secret_sealed' | 'old_secret_until'>

/** The secrets that sign now, the newest first; empty once they no longer open. */
function secretsOf({ config }: NotifyDeps, row: Sealed, now: number): string[] {
  const old_counts = row.old_secret_until !== null && row.old_secret_until.getTime() > now
  const sealed = [row.secret_sealed, old_counts ? row.old_secret_sealed : null]
  return sealed.flatMap((one) => {
    const secret = one && unsealFor(config.secret_key, row.subscription_id, 'secret', one)
    return secret ? [secret] : []
  })
}

/** The body of a delivery, the same at every attempt. */
export const bodyOf = (
  { config }: NotifyDeps,
  {
    format,
    event,
    occurred_at,
    project_id,
    payload,
  }: Pick<Claimed, 'format' | 'event' | 'occurred_at' | 'project_id' | 'payload'>,
): string => {
  const dev_url = config.env === 'production' ? null : `http://localhost:${config.ui_port}`
  const public_url = config.public_url ?? dev_url
  return FORMATS[format]({ event, occurred_at, project_id, payload, public_url })
}

/** Statuses that are no success, by the name under which the log shows them. */
function errorOf(status: number): string | null {
  if (status >= 200 && status < 300) return null
  return status >= 300 && status < 400 ? 'redirect' : `http_${status}`
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? cause.code.toLowerCase()
    : 'failed'

async function post(deps: NotifyDeps, claimed: Claimed, signal: AbortSignal) {
  const started_at = deps.clock()
  const url = unsealFor(deps.config.secret_key, claimed.subscription_id, 'url', claimed.url_sealed)
  const secrets = secretsOf(deps, claimed, started_at)
  if (url === null || secrets.length === 0) throw Object.assign(new Error(), { code: 'secret_unreadable' })
  const body = bodyOf(deps, claimed)
  const { hostname, port } = new URL(url)
  activeSpan()?.set({ 'server.address': hostname, ...(port === '' ? {} : { 'server.port': Number(port) }) })
  const { status, headers } = await deps.send({
    ...{ url, method: 'POST' as const, body, signal },
    headers: {
      'content-type': 'application/json',
      'user-agent': `LLM-Trace-Hub/${VERSION}`,
      ...signedHeaders(claimed.delivery_id, started_at, body, secrets),
    },
    timeout_ms: claimed.event === TEST_EVENT ? TEST_TIMEOUT_MS : TIMEOUT_MS,
    most_bytes: MOST_ANSWER_BYTES,
  })
  const retry_after_ms = readRetryAfter(headers['retry-after'], deps.clock())
  return { status, error: errorOf(status), retry_after_ms }
}

/**
 * What an attempt came to is in its attributes. Its span has not failed when the receiver has: told to this very hub, it
 * would be a failed trace, of which somebody may have asked to be told by webhook, and so on without end.
 */
function spanOf({ delivery_id, subscription_id, event, attempts }: Claimed) {
  const attributes = {
    ...{ 'http.request.method': 'POST', 'hub.event': event, 'hub.delivery.id': delivery_id },
    ...{ 'hub.subscription.id': subscription_id, 'hub.delivery.attempt': attempts },
  }
  return { name: `deliver ${event}`, kind: 'client' as const, attributes, parent: null }
}

/** Sends a delivery once. Never throws; only a 2xx is a success, and nobody is followed elsewhere. */
export async function attempt(deps: NotifyDeps, claimed: Claimed, signal: AbortSignal): Promise<Ended> {
  const started_at = deps.clock()
  const began = performance.now()
  const ended = await traced(deps.log, spanOf(claimed), async (span) => {
    const came = await post(deps, claimed, signal).catch((cause: unknown) => ({
      ...{ status: null, error: codeOf(cause), retry_after_ms: null },
    }))
    if (came.status !== null) span?.set({ 'http.response.status_code': came.status })
    span?.set({ 'hub.delivery.outcome': came.error ?? 'delivered' })
    return came
  })
  return { ...ended, started_at, latency_ms: Math.round(performance.now() - began) }
}
