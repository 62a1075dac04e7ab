import type { Turn } from '../cache/turns.ts'
import { HubError } from '../errors.ts'
import type { Deps } from '../service.ts'
import type { Principal } from './auth.ts'

const seconds = (ms: number): number => Math.ceil(ms / 1000)

/** Takes a turn for the key and for its project, where they have limits; null where they have none. */
export async function takeTurn({ cache }: Deps, { kind, actor, project }: Principal): Promise<Turn | null> {
  if (kind !== 'key' || !project?.limits) return null
  const { key, project: whole } = project.limits
  const buckets = [
    ...(key ? [{ key: `rate.v1:key:${actor}`, ...key }] : []),
    ...(whole ? [{ key: `rate.v1:project:${project.project_id}`, ...whole }] : []),
  ]
  return buckets.length > 0 ? cache.take(buckets) : null
}

/** Refuses who has no turn; nothing of the request was read. */
export function requireTurn(turn: Turn | null): void {
  if (turn && !turn.allowed) {
    throw new HubError('rate_limited', { retry_after: Math.max(1, seconds(turn.retry_ms)) })
  }
}

/** Says with an answer how much is left, so that a client can slow down before it is refused. */
export function tellTurn(response: Response, turn: Turn | null): void {
  if (!turn) return
  response.headers.set('ratelimit-limit', String(turn.limit))
  response.headers.set('ratelimit-remaining', String(turn.remaining))
  response.headers.set('ratelimit-reset', String(seconds(turn.reset_ms)))
}
