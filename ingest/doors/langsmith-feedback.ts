import { LANGSMITH } from '#shared/contract/langsmith.ts'
import { HubError } from '#shared/errors.ts'
import type { Call, Route } from '#shared/http/serve.ts'
import { langsmithFeedback } from '#shared/protocol/langsmith/langsmith-feedback.ts'
import type { Deps } from '#shared/service.ts'
import type { CommitLane } from '#shared/store/lane/commit-lane.ts'
import { commit, readDocument, type Reading } from './accept.ts'
import { findSpan } from './find-span.ts'
import { notYetKnown } from './langsmith-run.ts'
import { JSON_BODY } from './langsmith-accept.ts'
import { neverFinal } from './never-final.ts'

/** Feedback on a run alone belongs to the trace that has the run. */
async function nameTrace(deps: Deps, { batch, project }: Reading): Promise<void> {
  const [item] = batch.items
  const run = item?.evaluation?.span
  if (!item || !run || item.trace.key !== '') return
  const known = await findSpan(deps, project.project_no, run.key)
  if (!known) throw notYetKnown(run.key)
  item.trace = known.trace
}

async function take(deps: Deps, lane: CommitLane, call: Call): Promise<Response> {
  const reading = await readDocument(lane, call, langsmithFeedback, JSON_BODY)
  await nameTrace(deps, reading)
  const { outcome } = await commit(lane, langsmithFeedback, reading)
  const [refused] = outcome.rejected
  if (refused) throw new HubError('idempotency_conflict', { detail: refused.detail })
  return Response.json(reading.document, { headers: { 'cache-control': 'no-store' } })
}

/** `POST /feedback`. */
export const langsmithFeedbackDoors = (deps: Deps, lane: CommitLane): Route[] =>
  LANGSMITH.map(({ feedback }) => ({
    endpoint: feedback,
    answer: (_request, _params, call) => neverFinal(() => take(deps, lane, call)),
  }))
