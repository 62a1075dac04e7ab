import type { Input } from '#shared/contract/endpoint.ts'
import type { assignCase } from '#shared/contract/cases.ts'
import type { Act } from './act-on-case.ts'

/** Gives a case that is not resolved to somebody, or to nobody. */
export const assign = ({ assignee }: Input<typeof assignCase>['body']): Act => ({
  event: 'assigned',
  from: ['open', 'acknowledged'],
  comment: null,
  change: () => ({ assignee: assignee?.trim() ?? null }),
  detail: (before, after) => ({ from: before.assignee, to: after.assignee }),
  news: () => [],
})
