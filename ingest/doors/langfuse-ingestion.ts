import type { Output } from '#shared/contract/endpoint.ts'
import { langfuseIngestion } from '#shared/contract/langfuse.ts'
import type { Route } from '#shared/http/serve.ts'
import { idOf } from '#shared/protocol/langfuse/entry.ts'
import { entriesOf, langfuse } from '#shared/protocol/langfuse/langfuse.ts'
import type { Refusal } from '#shared/protocol/saying.ts'
import type { CommitLane } from '#shared/store/lane/commit-lane.ts'
import { commitAny, readDocument } from './accept.ts'
import { neverFinal } from './never-final.ts'

const CREATED = 201
const BAD_REQUEST = 400
const CONFLICT = 409
const MULTI_STATUS = 207

type Answer = Output<typeof langfuseIngestion>

/** What became of each entry, in the order in which they were sent. */
function answerOf(entries: unknown[], rejected: Refusal[]): Answer {
  const refusals = new Map(rejected.map((refusal) => [refusal.index, refusal]))
  const answer: Answer = { successes: [], errors: [] }
  entries.forEach((entry, index) => {
    const id = idOf(entry) ?? ''
    const refusal = refusals.get(index)
    if (!refusal) answer.successes.push({ id, status: CREATED })
    else {
      const status = refusal.code === 'idempotency_conflict' ? CONFLICT : BAD_REQUEST
      answer.errors.push({ id, status, message: refusal.detail, error: refusal.code })
    }
  })
  return answer
}

/** `POST /api/public/ingestion`. A batch of nothing but a client's own log leaves no trace. */
export const langfuseDoor = (lane: CommitLane): Route => ({
  endpoint: langfuseIngestion,
  answer: (_request, _params, call) =>
    neverFinal(async () => {
      const reading = await readDocument(lane, call, langfuse)
      const { outcome } = await commitAny(lane, langfuse, reading)
      const answer = answerOf(entriesOf(reading.document), outcome.rejected)
      return Response.json(answer, { status: MULTI_STATUS, headers: { 'cache-control': 'no-store' } })
    }),
})
