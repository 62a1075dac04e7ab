import type { Input } from '#shared/contract/endpoint.ts'
import type { resolveCase } from '#shared/contract/cases.ts'
import type { Act } from './act-on-case.ts'
import { outside, secondsBetween } from './tell.ts'

/** Closes a case. One that nobody had acknowledged counts as acknowledged now; without an outcome nobody said what it was. */
export const resolve = ({ assignee, outcome, comment }: Input<typeof resolveCase>['body']): Act => ({
  event: 'resolved',
  from: ['open', 'acknowledged'],
  comment: comment ?? null,
  change: (state, at) => ({
    status: 'resolved',
    outcome: outcome ?? null,
    acknowledged_at: state.acknowledged_at ?? at,
    resolved_at: at,
    assignee: assignee?.trim() ?? state.assignee,
  }),
  detail: (before, after, at) => ({
    outcome: after.outcome,
    assignee: after.assignee,
    after_seconds: secondsBetween(before.opened_at, at),
  }),
  news: (state, actor) => [
    {
      project_no: state.project_no,
      event: 'case.resolved',
      payload: { ...outside(state), actor, outcome: state.outcome },
    },
  ],
})
