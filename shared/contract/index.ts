import type { Endpoint } from './endpoint.ts'
import * as ingest from './ingest.ts'
import * as projects from './projects.ts'
import * as system from './system.ts'
import * as traces from './traces.ts'

/** Every operation of the HTTP API, in the order of the reference page. */
export const ENDPOINTS: Endpoint[] = [
  ingest.ingestTraces,
  ingest.ingestSpans,
  ingest.ingestRun,
  ingest.attachEval,
  traces.listTraces,
  traces.overview,
  traces.getTrace,
  traces.getSpan,
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
  system.healthz,
  system.readyz,
]
