import type { Input } from '#shared/contract/endpoint.ts'
import type { reopenCase } from '#shared/contract/cases.ts'
import type { Act } from './act-on-case.ts'
import { reopened } from './clocks.ts'
import { outside, secondsBetween } from './tell.ts'

/** Opens a resolved case again. When another one takes its repeats in by now, that one goes on doing so. */
export const reopen = ({ comment }: Input<typeof reopenCase>['body']): Act => ({
  event: 'reopened',
  from: ['resolved'],
  comment: comment ?? null,
  holds_fingerprint: true,
  change: reopened,
  detail: (before, _, at) => ({
    regression: false,
    outcome_before: before.outcome,
    after_seconds: secondsBetween(before.resolved_at ?? at, at),
  }),
  news: (state, actor) => [
    {
      project_no: state.project_no,
      event: 'case.reopened',
      payload: { ...outside(state), actor, regression: false },
    },
  ],
})
