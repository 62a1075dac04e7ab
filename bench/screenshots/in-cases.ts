import { ackCase, commentCase, resolveCase } from '#shared/contract/cases.ts'
import { decide } from '#shared/contract/decide.ts'
import { createPolicy } from '#shared/contract/policies.ts'
import { call } from '#shared/http/call.ts'
import type { Hub } from '../hub.ts'
import type { At } from './decided.ts'
import type { Place } from './places.ts'

const KEY = { 'x-api-key': 'dev-key' }

const POLICY = {
  version: 2,
  rules: [
    {
      id: 'legal-threat',
      when: 'request.topic == "legal"',
      then: 'ESCALATE',
      severity: 'critical',
      reason: 'LEGAL_THREAT',
    },
    {
      id: 'refund-over-limit',
      when: 'request.topic == "refund"',
      then: 'ESCALATE',
      severity: 'high',
      reason: 'REFUND_OVER_LIMIT',
      case: { group_by: ['request.channel'], assignee: 'billing-oncall' },
    },
    { id: 'tone', when: 'request.topic == "tone"', then: 'ESCALATE', severity: 'low', reason: 'TONE' },
  ],
}

/** Cases of the default project in every status; gives one that is open, one that is taken and one that is resolved. */
export async function openCasePlaces({ api }: Hub) {
  const { policy } = await call(
    fetch,
    api,
    createPolicy,
    { body: { name: 'case-handling', definition: POLICY, active: false } },
    KEY,
  )
  let asked = 0
  const escalate = async (topic: string, channel: string, input: string, output: string) => {
    const body = {
      ...{ idempotency_key: `case-shot-${++asked}`, input, output, trace: { name: 'support-answer' } },
      ...{ request_payload: { topic, channel }, force_policy_id: policy.id, force_policy_version: 1 },
    }
    return (await call(fetch, api, decide, { body }, KEY)).decision.case_id ?? ''
  }
  let open = ''
  for (let n = 0; n < 12; n++)
    open = await escalate('legal', 'web', 'I will sue you.', 'You would lose, see our terms.')
  const taken = await escalate('refund', 'kakao', '환불해 주세요', '300,000원을 바로 환불해 드렸습니다.')
  await escalate('refund', 'web', 'Refund all of it.', 'I have refunded all of it.')
  const resolved = await escalate('tone', 'web', 'Hurry up!', 'No.')
  const at = (case_id: string) => ({ params: { case_id } })
  await call(fetch, api, ackCase, { ...at(taken), body: { assignee: '김민수' } }, KEY)
  await call(fetch, api, commentCase, { ...at(taken), body: { comment: '고객에게 확인 중입니다.' } }, KEY)
  await call(fetch, api, resolveCase, { ...at(resolved), body: { outcome: 'false_positive' } }, KEY)
  return { open, taken, resolved }
}

/** The pages of cases. */
export const casePlaces = (at: At, cases: Awaited<ReturnType<typeof openCasePlaces>>): Place[] => [
  at('cases', '/cases'),
  at('cases-all', '/cases', { status: 'all', acted: 'resolve.2.1' }),
  at('case-open', `/cases/${cases.open}`),
  at('case-taken', `/cases/${cases.taken}`),
  at('case-resolved', `/cases/${cases.resolved}`),
  at('case-settings', '/cases/settings'),
]
