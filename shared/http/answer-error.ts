import { HubError } from '../errors.ts'
import type { Log } from '../log.ts'
import { isUnavailable, isTimeout } from '../store/failure.ts'

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
  if (isUnavailable(error)) return new HubError('storage_unavailable', { cause: error, retry_after: 1 })
  return new HubError('internal_error', { cause: error })
}

/** Answers any failure as `{detail, code, request_id}` and logs its cause. */
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
  return Response.json({ detail: failure.issues ?? failure.message, code, request_id }, { status, headers })
}
