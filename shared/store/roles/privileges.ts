/** The services, each with a database role of its own. */
export const SERVICES = ['ingest', 'decide', 'query', 'notify', 'ui'] as const

export type ServiceName = (typeof SERVICES)[number]

export const roleOf = (service: ServiceName): string => `hub_${service}`

/** The tables of the record belong to the role of ingest, since it makes, sweeps and drops their days. */
export const RECORD = ['log', 'traces', 'spans', 'span_events', 'evals']

type Grant = [privileges: string, ...tables: string[]]

/** What finds out who is calling: the digest of a key, never the sealed copy of it. */
const COMMON: Grant[] = [
  ['select', 'migrations', 'projects', 'project_settings'],
  [
    'select (key_id, project_no, name, scope, digest, expires_at, last_used_at, revoked_at), update (last_used_at)',
    'api_keys',
  ],
]

/** What each role may do besides what it owns; a table that stands nowhere here is nobody's. */
export const PRIVILEGES: Record<ServiceName, Grant[]> = {
  ingest: [
    ...COMMON,
    ['select, insert, update', 'projects', 'project_settings', 'api_keys'],
    ['select, insert, update, delete', 'upkeep_cursors', 'erasures', 'erasure_traces', 'expired_traces'],
    ['select, insert, update, delete', 'rollup_marks', 'rollups'],
    ['select, insert, update, delete', 'outbox', 'search_queue', 'search_segments'],
    ['insert', 'audit'],
    ['select, update', 'decisions', 'judge_runs'],
    // An erasure takes what the cases of its traces are grouped by.
    ['select (project_no, status, case_id, grouping), update (grouping)', 'cases'],
    ['select (project_no, case_id, trace_key)', 'case_traces'],
    ['select', 'memberships'],
  ],
  decide: [
    ...COMMON,
    ['select, insert, update', 'policies', 'policy_versions', 'policy_revision', 'judge_spending'],
    ['select, insert, update, delete', 'decisions'],
    ['select, insert', 'judge_runs', 'case_history', 'case_traces'],
    ['select, insert, update', 'cases', 'case_settings'],
    ['select, insert, update', 'traces', 'spans'],
    ['select, insert', 'span_events', 'log'],
    ['select', 'evals', 'expired_traces'],
    ['insert', 'rollup_marks', 'outbox', 'audit', 'search_queue'],
    ['select (person_id, name, email)', 'people'],
  ],
  query: [
    ...COMMON,
    ['select', ...RECORD, 'rollups', 'rollup_marks', 'audit', 'search_queue', 'search_segments'],
    ['select', 'decisions', 'judge_runs', 'policies', 'policy_versions'],
    ['select', 'cases', 'case_history', 'case_traces', 'case_settings'],
    ['select (person_id, name, email)', 'people'],
  ],
  notify: [
    ...COMMON,
    ['select, insert, update, delete', 'subscriptions', 'deliveries', 'alerts', 'outbox'],
    ['select, insert', 'delivery_attempts'],
    ['select', 'traces', 'decisions', 'cases', 'case_history'],
    ['insert', 'audit'],
    // A row lock asks for the right to change some column; the project is locked, and nothing of it changed.
    ['update (created_at)', 'projects'],
  ],
  ui: [
    ['select', 'migrations', 'projects'],
    ['select, insert, update, delete', 'people', 'memberships', 'sessions', 'saved_views'],
    ['insert', 'audit'],
  ],
}
