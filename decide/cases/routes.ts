import * as contract from '#shared/contract/cases.ts'
import { answerCase } from '#shared/http/answer-case.ts'
import { serve, type Call, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import { ack } from './ack-case.ts'
import { actOnCase, readIfMatch, type Act } from './act-on-case.ts'
import { assign } from './assign-case.ts'
import { bulkCases } from './bulk-cases.ts'
import { comment } from './comment-case.ts'
import { putCaseSettings } from './put-settings.ts'
import { reopen } from './reopen-case.ts'
import { resolve } from './resolve-case.ts'

/** What people do to cases. */
export function caseRoutes(deps: Deps): Route[] {
  const act = async (
    { params: { case_id }, principal, request }: Call & { params: { case_id: string } },
    what: Act,
  ) => answerCase(await actOnCase(deps, { principal, case_id, versions: readIfMatch(request) }, what))
  return [
    bulkCases(deps),
    putCaseSettings(deps),
    serve(contract.ackCase, (call) => act(call, ack(call.body))),
    serve(contract.resolveCase, (call) => act(call, resolve(call.body))),
    serve(contract.reopenCase, (call) => act(call, reopen(call.body))),
    serve(contract.assignCase, (call) => act(call, assign(call.body))),
    serve(contract.commentCase, (call) => act(call, comment(call.body))),
  ]
}
