import type { Input } from '#shared/contract/endpoint.ts'
import type { ackCase } from '#shared/contract/cases.ts'
import type { Act } from './act-on-case.ts'
import { outside, secondsBetween } from './tell.ts'

/** Takes an open case; who has it is as said, or stays. */
export const ack = ({ assignee, comment }: Input<typeof ackCase>['body']): Act => ({
  event: 'acknowledged',
  from: ['open'],
  comment: comment ?? null,
  change: (state, at) => ({
    status: 'acknowledged',
    acknowledged_at: at,
    assignee: assignee?.trim() ?? state.assignee,
  }),
  detail: (before, after, at) => ({
    assignee: after.assignee,
    after_seconds: secondsBetween(before.opened_at, at),
  }),
  news: (state, actor) => [
    {
      project_no: state.project_no,
      event: 'case.acknowledged',
      payload: { ...outside(state), actor },
    },
  ],
})
