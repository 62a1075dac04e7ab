import { langfuseScores } from '#shared/contract/langfuse.ts'
import { HubError } from '#shared/errors.ts'
import type { Call, Route } from '#shared/http/serve.ts'
import { isRecord } from '#shared/protocol/clean.ts'
import { langfuse } from '#shared/protocol/langfuse/langfuse.ts'
import type { CommitLane } from '#shared/store/lane/commit-lane.ts'
import { writeTime } from '#shared/time.ts'
import { commitAny, readJson, readMasked } from './accept.ts'
import { neverFinal } from './never-final.ts'

const textIn = (score: unknown, name: string): string | null => {
  const value = isRecord(score) ? score[name] : undefined
  return typeof value === 'string' && value !== '' ? value : null
}

/** One without an id is known by its words, so that a client may send it again. */
const idOf = (score: unknown): string =>
  textIn(score, 'id') ?? new Bun.CryptoHasher('sha256').update(JSON.stringify(score)).digest('hex')

/** Scores as the ingestion has them; what the log keeps is read by its protocol. */
function asEntries(scores: unknown[], received_at: string) {
  const entry = (score: unknown) => {
    const [id, timestamp] = [idOf(score), textIn(score, 'timestamp') ?? received_at]
    return { id, type: 'score-create', timestamp, body: score }
  }
  const document = { batch: scores.map(entry) }
  const raw = Buffer.from(JSON.stringify(document))
  return { body: { sent: raw, encoding: 'identity' as const, raw }, document }
}

async function take(lane: CommitLane, call: Call, clock: () => number): Promise<Response> {
  const { document: said } = await readJson(lane, call)
  const scores: unknown[] = Array.isArray(said) ? said : [said]
  const reading = readMasked(call, langfuse, asEntries(scores, writeTime(clock() * 1000)))
  const { outcome } = await commitAny(lane, langfuse, reading)
  const headers = { 'cache-control': 'no-store' }
  const [first] = outcome.rejected
  if (!Array.isArray(said)) {
    if (!first) return Response.json({ id: idOf(said) }, { headers })
    if (first.code === 'idempotency_conflict') throw new HubError(first.code, { detail: first.detail })
    throw new HubError('validation_error', {
      issues: [{ type: 'value_error', loc: ['body'], msg: first.detail }],
    })
  }
  if (!first) return Response.json({ message: 'Accepted' }, { status: 202, headers })
  const errors = outcome.rejected.map(({ index, detail }) => ({ message: `score ${index}: ${detail}` }))
  const counts = { accepted: scores.length - errors.length, rejected: errors.length }
  return Response.json({ ...counts, errors }, { status: 207, headers })
}

/** `POST /api/public/scores`: one score, or a list of them. */
export const langfuseScoresDoor = (lane: CommitLane, clock: () => number): Route => ({
  endpoint: langfuseScores,
  answer: (_request, _params, call) => neverFinal(() => take(lane, call, clock)),
})
