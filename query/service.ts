import type { Deps, Service } from '#shared/service.ts'
import { documentReader } from '#shared/store/read-documents.ts'
import { listAudit } from './audit/list-audit.ts'
import { caseHistory } from './cases/case-history.ts'
import { caseStats } from './cases/case-stats.ts'
import { caseTraces } from './cases/case-traces.ts'
import { getCase } from './cases/get-case.ts'
import { getCaseSettings } from './cases/get-settings.ts'
import { listCases } from './cases/list-cases.ts'
import { listDecisions } from './decisions/list-decisions.ts'
import { evalTrend } from './evals/eval-trend.ts'
import { listEvals } from './evals/list-evals.ts'
import { ledger } from './ledger/ledger.ts'
import { getSession } from './sessions/get-session.ts'
import { search } from './search/search.ts'
import { segmentMemory } from './search/segment-memory.ts'
import { listSessions } from './sessions/list-sessions.ts'
import { overview } from './stats/overview.ts'
import { series } from './stats/series.ts'
import { spanMemory } from './stats/span-memory.ts'
import { healthz } from './system/healthz.ts'
import { openapiDocument } from './system/openapi.ts'
import { readyz } from './system/readyz.ts'
import { swaggerAsset, swaggerPage } from './system/swagger.ts'
import { getAttachment } from './traces/get-attachment.ts'
import { getGraph } from './traces/get-graph.ts'
import { getResumptions } from './traces/get-resumptions.ts'
import { getSpan } from './traces/get-span.ts'
import { getTrace } from './traces/get-trace.ts'
import { getTree } from './traces/get-tree.ts'
import { exportTraces } from './traces/export-traces.ts'
import { listTraces } from './traces/list-traces.ts'
import { listValues } from './traces/list-values.ts'
import { priorityQueue } from './traces/priority-queue.ts'
import { listUsers } from './users/list-users.ts'

const SEGMENT_MEMORY_BYTES = 16 * 1024 * 1024
const DOCUMENT_CACHE_BYTES = 32 * 1024 * 1024

/** Answers questions about the record; writes nothing. */
export function query(deps: Deps): Promise<Service> {
  const documents = documentReader(DOCUMENT_CACHE_BYTES)
  const segments = segmentMemory(SEGMENT_MEMORY_BYTES)
  const spans = spanMemory()
  return Promise.resolve({
    name: 'query',
    routes: [
      listTraces(deps, { documents, memory: segments }),
      search(deps, documents, segments),
      listValues(deps),
      exportTraces(deps, { documents, memory: segments }),
      overview(deps, spans),
      series(deps, spans),
      priorityQueue(deps),
      getTrace(deps, documents),
      getTree(deps, documents),
      getSpan(deps, documents),
      getAttachment(deps, documents),
      getGraph(deps, documents),
      getResumptions(deps),
      listSessions(deps),
      getSession(deps, documents),
      listUsers(deps),
      listEvals(deps),
      evalTrend(deps),
      listDecisions(deps),
      ledger(deps),
      listCases(deps),
      caseStats(deps),
      getCaseSettings(deps),
      getCase(deps),
      caseTraces(deps),
      caseHistory(deps),
      listAudit(deps),
      healthz(),
      readyz(deps),
      openapiDocument(),
      swaggerPage(),
      swaggerAsset(),
    ],
    stop: () => Promise.resolve(),
  })
}
