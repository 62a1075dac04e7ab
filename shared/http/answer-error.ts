import { HubError } from '../errors.ts'
import type { Log } from '../log.ts'
import { writeStatus } from '../protocol/otlp/write-answer.ts'
import { isRetryable, isTimeout, isUnavailable } from '../store/failure.ts'
import { mediaTypeOf } from './read-body.ts'

const SANE_ID = /^[\w.-]{1,64}$/

/** The id under which a request is found in the log: the caller's own when it is sane, else a new one. */
export function requestId(request: Request): string {
  const given = request.headers.get('x-request-id')
  return given && SANE_ID.test(given) ? given : crypto.randomUUID()
}

/** What a failure is to the caller: infrastructure trouble is 503, never 500, since clients drop data on 500. */
function known(error: unknown): HubError {
  if (error instanceof HubError) return error
  if (isTimeout(error)) return new HubError('query_timeout', { cause: error, retry_after: 1 })
  // A question to a replica also loses against what the replica has to take in.
  if (isUnavailable(error) || isRetryable(error))
    return new HubError('storage_unavailable', { cause: error, retry_after: 1 })
  return new HubError('internal_error', { cause: error })
}

const PROTOBUF = 'application/x-protobuf'
/** The codes of gRPC, in which OTLP tells what went wrong; 3 is an invalid argument. */
const RPC_CODES: Record<number, number> = { 401: 16, 403: 7, 404: 5, 413: 8, 429: 8, 500: 13, 503: 14 }
const rpcCode = (status: number): number => RPC_CODES[status] ?? 3

/** Answers any failure as `{detail, code, request_id}`, to protobuf as a `Status`, and logs its cause. */
export function answerError(log: Log, request: Request, request_id: string, error: unknown): Response {
  const failure = known(error)
  const { code, status } = failure
  if (status >= 500) {
    const { pathname } = new URL(request.url)
    log.error('request failed', { request_id, code, method: request.method, path: pathname }, failure.cause)
  }
  const headers: Record<string, string> = { 'x-request-id': request_id, 'cache-control': 'no-store' }
  const retry = failure.retry_after ?? (status === 503 || status === 429 ? 1 : undefined)
  if (retry !== undefined) headers['retry-after'] = String(retry)
  if (mediaTypeOf(request) === PROTOBUF) {
    const status_message = Buffer.from(writeStatus(rpcCode(status), `${code}: ${failure.message}`))
    return new Response(status_message, { status, headers: { ...headers, 'content-type': PROTOBUF } })
  }
  const { findings } = failure
  const detail = failure.issues ?? failure.message
  return Response.json({ detail, code, ...(findings ? { findings } : {}), request_id }, { status, headers })
}
