import type { Input } from '#shared/contract/endpoint.ts'
import type { commentCase } from '#shared/contract/cases.ts'
import { CASE_STATUSES } from '#shared/schema/case-words.ts'
import type { Act } from './act-on-case.ts'

/** Says something about a case, whatever its status. */
export const comment = ({ comment: said }: Input<typeof commentCase>['body']): Act => ({
  event: 'commented',
  from: CASE_STATUSES,
  comment: said,
  change: () => ({}),
  detail: () => ({}),
  news: () => [],
})
