import { ERRORS, HubError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Database } from '../store/connect.ts'
import { deadline } from '../store/deadline.ts'
import { answerError, requestId } from './answer-error.ts'
import type { Fetch } from './call.ts'

const DEADLINE_MS = 2000

const FINE = { ok: true }

/** Whether the database answers within two seconds; throws what the caller is told when it does not. */
export async function checkReady(database: Pick<Database, 'read'> | null): Promise<typeof FINE> {
  try {
    if (database) await deadline(database.read`select 1`, DEADLINE_MS)
    return FINE
  } catch (cause) {
    throw new HubError('starting', { cause, retry_after: 1 })
  }
}

/**
 * Answers `/healthz` (the process lives) and `/readyz` (its database answers) before all else, for a service that runs
 * alone: whoever starts it asks the process itself, not the gateway.
 */
export function answerHealth(database: Pick<Database, 'read'> | null, log: Log, fetch: Fetch): Fetch {
  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname !== '/healthz' && pathname !== '/readyz') return fetch(request)
    try {
      return Response.json(pathname === '/readyz' ? await checkReady(database) : FINE)
    } catch (error) {
      return answerError(log, request, requestId(request), error)
    }
  }
}

/**
 * From the signal to end on, `/readyz` says that nothing new should come here, and every answer that its connection is
 * done; what comes all the same is answered as ever.
 */
export function announceEnd(isEnding: () => boolean, fetch: Fetch): Fetch {
  return async (request) => {
    if (!isEnding()) return fetch(request)
    const [status, detail] = ERRORS.starting
    const request_id = requestId(request)
    const headers = { 'x-request-id': request_id }
    const answer =
      new URL(request.url).pathname === '/readyz'
        ? Response.json({ detail, code: 'starting', request_id }, { status, headers })
        : await fetch(request)
    const last = new Response(answer.body, answer)
    last.headers.set('connection', 'close')
    return last
  }
}
