import type { Body, Takes } from '#shared/http/read-body.ts'
import type { Protocol } from '#shared/protocol/saying.ts'
import type { CommitLane } from '#shared/store/lane/commit-lane.ts'
import { commitAny, tell, type Reading } from './accept.ts'
import { neverFinal } from './never-final.ts'

const ACCEPTED = 202
/** Above what `/info` asks clients to keep to: a single run may be larger than that. */
const MOST_BYTES = 32 * 1024 * 1024
export const MULTIPART: Takes = { media: ['multipart/form-data'], max_bytes: MOST_BYTES }
export const JSON_BODY: Takes = { media: ['application/json'], max_bytes: MOST_BYTES }

/** Answers 202 when all is committed, repeats included: clients drop what is answered with a 4xx. */
export const answerAccepted = (work: () => Promise<Reading>, lane: CommitLane, protocol: Protocol) =>
  neverFinal(async () => {
    const accepted = await commitAny(lane, protocol, await work())
    return Response.json(tell(accepted), { status: ACCEPTED, headers: { 'cache-control': 'no-store' } })
  })

/**
 * One run as the only one of a batch, which is how the log has it: its bytes stay as they were sent, and what its path and
 * the hub know of it comes last, so that it counts.
 */
export function asBatch({ raw }: Body, operation: 'post' | 'patch', known: Record<string, string>): Body {
  const members = Buffer.from(raw).toString('utf8').trim().slice(1, -1)
  const more = JSON.stringify(known).slice(1, -1)
  const comma = members.trim() === '' || more === '' ? '' : ','
  const whole = Buffer.from(`{"${operation}":[{${members}${comma}${more}}]}`)
  return { sent: whole, encoding: 'identity', raw: whole }
}
