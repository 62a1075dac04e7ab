import type { Endpoint } from './endpoint.ts'
import * as audit from './audit.ts'
import * as evals from './evals.ts'
import * as graph from './graph.ts'
import * as ingest from './ingest.ts'
import * as priority from './priority.ts'
import * as projects from './projects.ts'
import * as sessions from './sessions.ts'
import * as stats from './stats.ts'
import * as system from './system.ts'
import * as traces from './traces.ts'
import * as tree from './tree.ts'
import * as users from './users.ts'

/** Every operation of the HTTP API, in the order of the reference page. */
export const ENDPOINTS: Endpoint[] = [
  ingest.ingestTraces,
  ingest.ingestSpans,
  ingest.ingestRun,
  ingest.attachEval,
  traces.listTraces,
  traces.listValues,
  traces.exportTraces,
  traces.overview,
  stats.series,
  priority.priorityQueue,
  traces.getTrace,
  tree.getTree,
  traces.getSpan,
  graph.getGraph,
  sessions.listSessions,
  sessions.getSession,
  users.listUsers,
  evals.listEvals,
  evals.evalTrend,
  traces.ledger,
  projects.listProjects,
  projects.createProject,
  projects.rotateKey,
  projects.currentKey,
  projects.activateProject,
  projects.deactivateProject,
  projects.deleteProject,
  projects.listKeys,
  projects.createKey,
  projects.revokeKey,
  projects.getSettings,
  projects.putSettings,
  audit.listAudit,
  system.healthz,
  system.readyz,
]
