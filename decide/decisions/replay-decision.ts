import * as contract from '#shared/contract/decide.ts'
import { HubError } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { decide } from '#shared/policy/decide.ts'
import { rowToDecision } from '#shared/schema/decision-row.ts'
import type { Deps } from '#shared/service.ts'
import type { PolicyBook } from '../policies/policy-book.ts'
import { projectOf } from '../project-of.ts'
import { readDecision, readGrounds } from './read-decision.ts'

/** `POST /api/v1/decisions/{decision_id}/replay`: the stored facts under the stored policy; no judge is asked again. */
export const replayDecision = ({ database }: Deps, book: PolicyBook): Route =>
  serve(contract.replayDecision, async ({ params, principal }) => {
    const { project_no, project_id } = projectOf(principal)
    const row = await readDecision(database.sql, project_no, params.decision_id)
    const grounds = await readGrounds(book, project_no, row)
    if ('missing' in grounds)
      throw new HubError('not_replayable', { detail: `not replayable: ${grounds.missing}` })
    const step = decide(grounds.policy, grounds.facts)
    if (!step.done) throw new HubError('not_replayable', { detail: 'not replayable: evidence_incomplete' })
    const stored = rowToDecision(row, project_id)
    const { action, reason_code } = step.outcome
    return {
      same: action === stored.action && step.rule === stored.rule && reason_code === stored.reason_code,
      stored: { action: stored.action, rule: stored.rule },
      replayed: { action, rule: step.rule, reason_code },
    }
  })
