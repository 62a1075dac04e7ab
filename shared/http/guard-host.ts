import type { Config } from '../config.ts'
import { HubError } from '../errors.ts'
import type { Log } from '../log.ts'
import { answerError, requestId } from './answer-error.ts'
import type { Fetch } from './call.ts'

const LOCAL = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i
const LOCAL_ORIGIN = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i

function isLocal({ headers }: Request): boolean {
  const origin = headers.get('origin')
  return LOCAL.test(headers.get('host') ?? '') && (origin === null || LOCAL_ORIGIN.test(origin))
}

/**
 * A development hub trusts whoever reaches it, so a web page must not: requests under a foreign name (DNS rebinding) or
 * from a foreign page are refused. Production has keys and sign-in, and any name.
 */
export function guardHost({ env }: Pick<Config, 'env'>, log: Log, fetch: Fetch): Fetch {
  if (env === 'production') return fetch
  return (request) =>
    isLocal(request)
      ? fetch(request)
      : answerError(log, request, requestId(request), new HubError('host_not_allowed'))
}
