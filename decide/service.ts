import type { Deps, Service } from '#shared/service.ts'
import { documentReader } from '#shared/store/read-documents.ts'
import { caseRoutes } from './cases/routes.ts'
import { watchClocks } from './cases/watch-clocks.ts'
import { decideRoute } from './decisions/decide.ts'
import { decideLane } from './decisions/decide-lane.ts'
import { decider } from './decisions/decide-request.ts'
import { keepDecisions } from './decisions/expire-decisions.ts'
import { getDecision } from './decisions/get-decision.ts'
import { replayDecision } from './decisions/replay-decision.ts'
import { openJudges } from './judges/open-judges.ts'
import { openPolicyBook } from './policies/policy-book.ts'
import { policyRoutes } from './policies/routes.ts'

/** Traces are read back for decisions that bring no text of their own. */
const DOCUMENT_CACHE_BYTES = 8 * 1024 * 1024

/** Says whether an answer may go out: policies, signals, judges, decisions, and the cases that people settle. */
export function decide(deps: Deps): Promise<Service> {
  const book = openPolicyBook(deps)
  const lane = decideLane(deps)
  const kept = keepDecisions(deps)
  const clocks = watchClocks(deps)
  const deciding = {
    deps,
    book,
    judges: openJudges(deps),
    documents: documentReader(DOCUMENT_CACHE_BYTES),
  }
  return Promise.resolve({
    name: 'decide',
    routes: [
      decideRoute(deciding, decider(deciding, lane)),
      getDecision(deps, book),
      replayDecision(deps, book),
      ...policyRoutes(deps),
      ...caseRoutes(deps),
    ],
    async stop() {
      await lane.stop()
      await book.stop()
      await clocks.stop()
      await kept.stop()
    },
  })
}
