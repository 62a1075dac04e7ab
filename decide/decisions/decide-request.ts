import { HubError } from '#shared/errors.ts'
import { withRules } from '#shared/masking/rules-of.ts'
import type { DecideLane } from './decide-lane.ts'
import { judgeRequest, pickPolicy, type Asked, type Deciding } from './judge-request.ts'
import { answerOf, readStored, type Answer } from './read-stored.ts'
import { jobOf, toRow, type Made } from './write-down.ts'

/** What was answered; `made` is null when the decision had been made before, and `commit_ms` when nothing was written. */
export type Settled = { answer: Answer; made: Made | null; commit_ms: number | null }

/** Decides each key once: repeats share what is under way, or get what is stored. */
export type Decider = (asked: Asked) => Promise<Settled>

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** The decision that stands under the request's key; 409 when another body has it. */
async function settleStored({ deps }: Deciding, asked: Asked): Promise<Settled | null> {
  const stored = await readStored(deps.database.sql, asked.project, asked.body.idempotency_key)
  if (!stored) return null
  // What came over from the MVP does not tell on which body it was decided; there the key alone was asked.
  const is_told = stored.request_digest.length > 0
  if (is_told && !isSame(stored.request_digest, asked.request_digest))
    throw new HubError('idempotency_conflict')
  return { answer: stored.answer, made: null, commit_ms: null }
}

/** Decides and writes nothing. */
export async function dryRun(deciding: Deciding, asked: Asked): Promise<Settled> {
  const made = await judgeRequest(deciding, asked, await pickPolicy(deciding, asked))
  const row = withRules(asked.project.masking, (rules) => toRow(made, rules))
  return {
    answer: { ...answerOf(row, row.runs, asked.project.project_id), dry_run: true },
    made,
    commit_ms: null,
  }
}

async function decideAndWrite(deciding: Deciding, lane: DecideLane, asked: Asked): Promise<Settled> {
  const in_force = await pickPolicy(deciding, asked)
  // A judge that costs is worth a look whether this was decided before; else it is cheaper to decide again and be told.
  const { judges } = deciding
  const costs = judges.of(in_force).some((judge) => !judges.isFree(judge))
  const before = costs ? await settleStored(deciding, asked) : null
  if (before) return before
  const made = await judgeRequest(deciding, asked, in_force)
  const { row, job } = withRules(asked.project.masking, (rules) => {
    const written = toRow(made, rules)
    return { row: written, job: jobOf(made, written, rules) }
  })
  const began = performance.now()
  const { is_new, case_id } = await lane.commit({ ...job, row })
  if (is_new) {
    const answer = answerOf({ ...row, case_id }, row.runs, asked.project.project_id)
    return { answer, made, commit_ms: performance.now() - began }
  }
  const stored = await settleStored(deciding, asked)
  if (!stored) throw new HubError('storage_unavailable', { retry_after: 1 })
  return stored
}

/** What a decision was made on may be gone by the time it is repeated; the decision is not. */
async function decideOnce(deciding: Deciding, lane: DecideLane, asked: Asked): Promise<Settled> {
  try {
    return await decideAndWrite(deciding, lane, asked)
  } catch (error) {
    if (!(error instanceof HubError) || error.status !== 404) throw error
    const stored = await settleStored(deciding, asked)
    if (stored) return stored
    throw error
  }
}

/** Decisions by their keys: in this process repeats share the flight, between processes the unique index decides. */
export function decider(deciding: Deciding, lane: DecideLane): Decider {
  const flights = new Map<string, { digest: Uint8Array; settled: Promise<Settled> }>()
  return async (asked) => {
    const key = `${asked.project.project_no} ${asked.body.idempotency_key}`
    for (let flight = flights.get(key); flight; flight = flights.get(key)) {
      if (isSame(flight.digest, asked.request_digest)) return flight.settled
      // Another body under this key: which of the two stands is known once that one is written, or has failed.
      await flight.settled.catch(() => {})
    }
    const settled = decideOnce(deciding, lane, asked).finally(() => flights.delete(key))
    flights.set(key, { digest: asked.request_digest, settled })
    return settled
  }
}
