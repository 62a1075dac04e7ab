import type postgres from 'postgres'
import type { Transaction } from '../store/connect.ts'

/** The tables that are walked, in the order in which they are brought over. */
export const WALKED = [
  'projects',
  'traces',
  'span_events',
  'evaluations',
  'policies',
  'trace_decisions',
  'judge_runs',
  'cases',
] as const
export type Walked = (typeof WALKED)[number]

/** After which row a page begins: the columns of the order, as text. */
export type Place = readonly string[]

type Ask = { sql: Transaction; projects: readonly string[]; after: Place; most: number }

const NIL = '00000000-0000-0000-0000-000000000000'

/*
 * Each statement gives `id`, `project_id`, `place`, and `said`: the row as JSON text, so that numbers keep their digits.
 * All go by an index that the MVP has; for what only a trace names it has none, so such tables are walked as a whole.
 */
const projects = ({ sql, projects: wanted, after: [id = NIL], most }: Ask) => sql`
  select p.id, p.id as project_id, array[p.id::text] as place, json_build_object(
    'name', p.name, 'key_hash', p.api_key_hash, 'key', p.current_api_key, 'is_active', p.is_active,
    'key_activated', p.key_activated, 'created_at', p.created_at) as said
  from projects p where p.id = any(${wanted}::uuid[]) and p.id > ${id}::uuid order by p.id limit ${most}`

const traces = ({ sql, projects: wanted, after, most }: Ask) => {
  const [project_id = NIL, start = '-infinity', id = NIL] = after
  return sql`
  select t.id, t.project_id, array[t.project_id::text, t.start_time::text, t.id::text] as place, json_build_object(
    'trace_id', t.id, 'external_trace_id', t.external_trace_id, 'status', t.status, 'start_time', t.start_time,
    'end_time', t.end_time, 'attributes', t.attributes, 'model', t.model, 'environment', t.environment,
    'user_id', t.user_id, 'session_id', t.session_id, 'input_text', t.input_text, 'output_text', t.output_text,
    'user_review_passed', t.user_review_passed) as said
  from traces t
  where t.project_id = any(${wanted}::uuid[])
    and (t.project_id, t.start_time, t.id) > (${project_id}::uuid, ${start}::text::timestamptz, ${id}::uuid)
  order by t.project_id, t.start_time, t.id limit ${most}`
}

/** `parent_node` is the LangGraph node that the span's parent is: where the MVP kept its edges. */
const span_events = ({ sql, projects: wanted, after: [project_id = NIL, key = ''], most }: Ask) => sql`
  select e.id, e.project_id, array[e.project_id::text, e.idempotency_key] as place, json_build_object(
    'of_project', t.project_id, 'parent_node', p.attributes ->> 'node_id', 'item', json_build_object(
      'trace_id', e.trace_id, 'span_id', e.span_id, 'event_type', e.event_type, 'event_time', e.event_time,
      'payload', e.payload, 'idempotency_key', e.idempotency_key)) as said
  from span_events e left join traces t on t.id = e.trace_id
  left join spans s on s.id = e.span_id and e.event_type = 'SPAN_STARTED' and s.span_type = 'langgraph_node'
  left join spans p on p.id = s.parent_span_id and p.trace_id = s.trace_id and p.span_type = 'langgraph_node'
  where e.project_id = any(${wanted}::uuid[])
    and (e.project_id, e.idempotency_key) > (${project_id}::uuid, ${key}::text)
  order by e.project_id, e.idempotency_key limit ${most}`

const evaluations = ({ sql, projects: wanted, after: [project_id = NIL, key = ''], most }: Ask) => sql`
  select e.id, e.project_id, array[e.project_id::text, e.idempotency_key] as place, json_build_object(
    'of_project', t.project_id, 'item', json_build_object(
      'trace_id', coalesce(e.trace_id, s.trace_id), 'span_id', e.span_id, 'eval_name', e.eval_name,
      'eval_model', e.eval_model, 'score', e.score, 'passed', e.passed, 'metadata', e.metadata,
      'user_review_passed', e.user_review_passed, 'created_at', e.created_at,
      'idempotency_key', e.idempotency_key)) as said
  from evaluations e left join spans s on s.id = e.span_id
  left join traces t on t.id = coalesce(e.trace_id, s.trace_id)
  where e.project_id = any(${wanted}::uuid[])
    and (e.project_id, e.idempotency_key) > (${project_id}::uuid, ${key}::text)
  order by e.project_id, e.idempotency_key limit ${most}`

const policies = ({ sql, projects: wanted, after: [id = NIL], most }: Ask) => sql`
  select p.id, p.project_id, array[p.id::text] as place, json_build_object(
    'name', p.name, 'description', p.description, 'created_at', p.created_at, 'versions', coalesce((
      select json_agg(json_build_object('id', v.id, 'version', v.version, 'effective_from', v.effective_from,
        'active', v.active, 'definition', v.definition, 'created_at', v.created_at) order by v.version)
      from policy_versions v where v.policy_id = p.id), '[]')) as said
  from policies p where p.project_id = any(${wanted}::uuid[]) and p.id > ${id}::uuid order by p.id limit ${most}`

/** The MVP's judge span is the span of the decision: its id goes on. */
const trace_decisions = ({ sql, projects: wanted, after: [project_id = NIL, key = ''], most }: Ask) => sql`
  select d.id, d.project_id, array[d.project_id::text, d.idempotency_key] as place, json_build_object(
    'of_project', t.project_id, 'trace_id', d.trace_id, 'action', d.action, 'reason_code', d.reason_code,
    'severity', d.severity, 'confidence', d.confidence, 'policy_version', d.policy_version,
    'judge_model', d.judge_model, 'signals', d.signals, 'rationale', d.rationale,
    'idempotency_key', d.idempotency_key, 'created_at', d.created_at, 'span_id', s.id, 'started_at', s.start_time) as said
  from trace_decisions d left join traces t on t.id = d.trace_id
  left join spans s on s.project_id = d.project_id and s.idempotency_key = 'judge-span:' || d.idempotency_key
    and s.trace_id = d.trace_id
  where d.project_id = any(${wanted}::uuid[])
    and (d.project_id, d.idempotency_key) > (${project_id}::uuid, ${key}::text)
  order by d.project_id, d.idempotency_key limit ${most}`

const judge_runs = ({ sql, projects: wanted, after: [id = NIL], most }: Ask) => sql`
  select r.id, r.project_id, array[r.id::text] as place, json_build_object(
    'trace_id', r.trace_id, 'provider', r.provider, 'model', r.model, 'action', r.action,
    'reason_code', r.reason_code, 'confidence', r.confidence, 'output', r.output, 'created_at', r.created_at) as said
  from judge_runs r where r.project_id = any(${wanted}::uuid[]) and r.id > ${id}::uuid order by r.id limit ${most}`

const cases = ({ sql, projects: wanted, after: [id = NIL], most }: Ask) => sql`
  select c.id, c.project_id, array[c.id::text] as place, json_build_object(
    'trace_id', c.trace_id, 'reason_code', c.reason_code, 'status', c.status, 'assignee', c.assignee,
    'acknowledged_at', c.acknowledged_at, 'resolved_at', c.resolved_at, 'created_at', c.created_at) as said
  from cases c where c.project_id = any(${wanted}::uuid[]) and c.id > ${id}::uuid order by c.id limit ${most}`

/** The statement of each table. */
export const STATEMENTS: Record<Walked, (ask: Ask) => postgres.PendingQuery<postgres.Row[]>> = {
  projects,
  traces,
  span_events,
  evaluations,
  policies,
  trace_decisions,
  judge_runs,
  cases,
}
