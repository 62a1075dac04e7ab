import type { Endpoint } from './endpoint.ts'
import * as alerts from './alerts.ts'
import * as attachments from './attachments.ts'
import * as audit from './audit.ts'
import * as case_settings from './case-settings.ts'
import * as cases from './cases.ts'
import * as decide from './decide.ts'
import * as evals from './evals.ts'
import * as graph from './graph.ts'
import * as ingest from './ingest.ts'
import * as langfuse from './langfuse.ts'
import * as langsmith from './langsmith.ts'
import * as otlp from './otlp.ts'
import * as policies from './policies.ts'
import * as priority from './priority.ts'
import * as projects from './projects.ts'
import * as search from './search.ts'
import * as sessions from './sessions.ts'
import * as stats from './stats.ts'
import * as subscriptions from './subscriptions.ts'
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
  ...otlp.OTLP_TRACES,
  ...langsmith.LANGSMITH.flatMap((place) => Object.values(place)),
  langfuse.langfuseIngestion,
  langfuse.langfuseScores,
  langfuse.langfuseHealth,
  langfuse.langfuseProjects,
  traces.listTraces,
  traces.listValues,
  search.search,
  traces.exportTraces,
  traces.overview,
  stats.series,
  priority.priorityQueue,
  traces.getTrace,
  tree.getTree,
  traces.getSpan,
  attachments.getAttachment,
  graph.getGraph,
  graph.getResumptions,
  sessions.listSessions,
  sessions.getSession,
  users.listUsers,
  evals.listEvals,
  evals.evalTrend,
  traces.ledger,
  decide.decide,
  decide.listDecisions,
  decide.getDecision,
  decide.replayDecision,
  policies.createPolicy,
  policies.listPolicies,
  policies.listPolicyVersions,
  policies.createPolicyVersion,
  policies.activatePolicy,
  policies.rollbackPolicy,
  policies.deactivatePolicy,
  policies.diffPolicy,
  policies.validatePolicy,
  policies.testPolicy,
  subscriptions.createSubscription,
  subscriptions.listSubscriptions,
  subscriptions.getSubscription,
  subscriptions.updateSubscription,
  subscriptions.deleteSubscription,
  subscriptions.rotateSecret,
  subscriptions.testSubscription,
  subscriptions.redeliverDead,
  subscriptions.listDeliveries,
  subscriptions.getDelivery,
  subscriptions.redeliver,
  cases.listCases,
  cases.caseStats,
  case_settings.getCaseSettings,
  case_settings.putCaseSettings,
  cases.bulkCases,
  cases.getCase,
  cases.ackCase,
  cases.resolveCase,
  cases.reopenCase,
  cases.assignCase,
  cases.commentCase,
  cases.caseTraces,
  cases.caseHistory,
  alerts.createAlert,
  alerts.listAlerts,
  alerts.updateAlert,
  alerts.deleteAlert,
  alerts.previewAlert,
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
