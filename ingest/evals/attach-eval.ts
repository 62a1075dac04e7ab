import { attachEval } from '#shared/contract/ingest.ts'
import { HubError } from '#shared/errors.ts'
import { door } from '#shared/http/serve.ts'
import { shownId } from '#shared/ids.ts'
import { evals } from '#shared/protocol/native/evals.ts'
import type { Deps } from '#shared/service.ts'
import type { CommitLane } from '#shared/store/lane/commit-lane.ts'
import { commit, readDocument, type Reading } from '../doors/accept.ts'
import { findSpan } from '../doors/find-span.ts'

type Stored = {
  eval_id: string
  created_at: Date
  score: number
  passed: boolean
  user_review_passed: boolean | null
  span_id: string | null
  name: string
  model: string
  label: string | null
  explanation: string | null
  metadata: Record<string, unknown>
}

async function readStored(
  { database }: Deps,
  project_no: number,
  trace_key: string,
  key: string,
): Promise<Stored> {
  const [row] = await database.sql<Stored[]>`
    select v.eval_id, v.created_at, v.score, v.passed, v.user_review_passed, v.span_id, v.name, v.model, v.label,
      v.explanation, v.metadata
    from evals v join traces t on t.trace_no = v.trace_no and t.project_no = v.project_no
    where v.project_no = ${project_no} and t.trace_key = ${trace_key} and v.eval_key = ${key}`
  if (row) return row
  throw new HubError('internal_error', { cause: new Error('a committed evaluation is not there') })
}

export const evalsDoor = (deps: Deps, lane: CommitLane) =>
  door(attachEval, async (call) => {
    const reading = await readDocument(lane, call, evals)
    const item = await nameTrace(deps, reading)
    const { outcome } = await commit(lane, evals, reading)
    const [refused] = outcome.rejected
    if (refused) throw new HubError('idempotency_conflict', { detail: refused.detail })
    const row = await readStored(deps, reading.project.project_no, item.trace.key, item.key)
    return {
      id: row.eval_id,
      trace_id: shownId(item.trace.key, item.trace.form, item.trace.text),
      span_id: row.span_id,
      eval_name: row.name,
      eval_model: row.model,
      score: row.score,
      passed: row.passed,
      label: row.label,
      explanation: row.explanation,
      metadata: row.metadata,
      user_review_passed: row.user_review_passed,
      created_at: row.created_at.toISOString(),
    }
  })

/** An evaluation of a span alone belongs to the trace that has the span. */
async function nameTrace(deps: Deps, { batch, project }: Reading) {
  const [item] = batch.items
  if (!item) throw new HubError('validation_error')
  const span_key = item.evaluation?.span?.key
  if (item.trace.key !== '' || !span_key) return item
  const span = await findSpan(deps, project.project_no, span_key)
  if (!span) throw new HubError('span_not_found')
  item.trace = span.trace
  return item
}
