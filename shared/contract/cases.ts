import { Type as t, type Static } from '@sinclair/typebox'
import { CASE_OUTCOMES, CASE_STATUSES, SEVERITIES } from '../schema/case-words.ts'
import { Id, maybe, nullable, Sought } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'

const tag = 'Cases'
const Text = nullable(t.String())
const Number = nullable(t.Number())

const Status = t.Union(CASE_STATUSES.map((status) => t.Literal(status)))
const Severity = t.Union(SEVERITIES.map((severity) => t.Literal(severity)))
const Outcome = t.Union(
  CASE_OUTCOMES.map((outcome) => t.Literal(outcome)),
  { description: 'What the case turned out to be' },
)

/** Says something, and has neither NUL nor half a character, which no row can hold. */
const SAYS = '^(?=[^]*\\S)(?:[^\\0\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff])*$'

/** Whom a case is with: a name, an address or a rota, as people write it. */
const Assignee = t.String({ minLength: 1, maxLength: 128, pattern: SAYS })
const Comment = t.String({ minLength: 1, maxLength: 10_000, pattern: SAYS })

/** Something that a person should look at: what was escalated, how often, how urgent it is, and whose it is. */
export const Case = t.Object({
  id: t.String(),
  project_id: t.String(),
  trace_id: t.String({ description: 'The trace that opened the case; it may have expired since' }),
  trace_expired: t.Boolean({ description: 'That trace is no longer in the record' }),
  decision_id: t.String({ description: 'The decision that opened the case' }),
  reason_code: t.String(),
  severity: Severity,
  status: Status,
  outcome: nullable(Outcome),
  assignee: Text,
  rule: Text,
  policy_id: Text,
  policy_name: t.String(),
  group: t.Record(t.String(), t.Unknown(), {
    description: 'What the rule groups by besides itself, and the values of this case',
  }),
  occurrences: t.Integer({ description: 'Decisions that fell into this case' }),
  suppressed: t.Integer({ description: 'Those of them that came after it was resolved as false_positive' }),
  regression: t.Boolean({ description: 'It came again after it had been resolved' }),
  due_at: nullable(
    t.String({ description: 'When it must be acknowledged, or once it is, resolved; null when it is' }),
  ),
  overdue: t.Boolean(),
  ack_due_at: t.String(),
  resolve_due_at: t.String(),
  acknowledged_at: Text,
  resolved_at: Text,
  last_seen_at: t.String({ description: 'The latest decision that fell into it' }),
  created_at: t.String(),
  updated_at: t.String({ description: 'The latest change of it by a person or by its severity' }),
  version: t.Integer({ description: 'For If-Match; rises with every such change, not with a repeat' }),
})
export type Case = Static<typeof Case>

const CaseId = t.Object({ case_id: t.String({ maxLength: 64 }) })
const cursor = t.Optional(t.String({ maxLength: 200, description: 'next_cursor of the page before' }))
const page_size = t.Optional(t.Integer({ minimum: 1, maximum: 100, description: 'Default 20' }))

const ByStatus = t.Record(t.String(), t.Integer(), { description: 'Only statuses that are there' })

export const listCases = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/cases',
  summary: 'List cases, newest first or most urgent first',
  tag,
  auth: 'read',
  query: t.Object({
    page: t.Optional(t.Integer({ minimum: 1, maximum: 1000 })),
    page_size,
    cursor: t.Optional(
      t.String({ maxLength: 200, description: 'next_cursor of the page before; wins over page' }),
    ),
    sort: t.Optional(
      t.Union([t.Literal('created'), t.Literal('urgency')], {
        description:
          'created (default): newest first; urgency: those that are not resolved, by severity, then by due_at',
      }),
    ),
    status: t.Optional(t.String({ maxLength: 64, description: 'One, or several with commas between' })),
    assignee: t.Optional(Sought),
    unassigned: t.Optional(t.Boolean()),
    severity: t.Optional(Severity),
    reason_code: t.Optional(Sought),
    rule: t.Optional(Sought),
    overdue: t.Optional(t.Boolean()),
    trace_id: t.Optional(Id),
    after: t.Optional(
      t.String({
        maxLength: 64,
        description: 'With sort=urgency: cases after this one; all of them when it is resolved',
      }),
    ),
  }),
  response: t.Object({
    items: t.Array(Case),
    page: t.Integer(),
    page_size: t.Integer(),
    total: t.Integer({ description: 'Exact up to 10,000' }),
    total_capped: t.Boolean(),
    next_cursor: Text,
    stats: t.Object(
      {
        by_status: ByStatus,
        overdue: t.Integer({ description: 'Not resolved, and past due_at' }),
        overdue_open_24h: t.Integer({ description: 'Open, and opened more than 24 hours ago' }),
      },
      { description: 'Of the whole project, whatever the filters' },
    ),
  }),
})

export const caseStats = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/cases/stats',
  summary: 'How many cases there are, how long they take, and how many were false alarms',
  tag,
  auth: 'read',
  query: t.Object({
    last_days: t.Optional(
      t.Integer({ minimum: 1, maximum: 365, description: 'Default 30; for the times and rates' }),
    ),
  }),
  response: t.Object({
    by_status: ByStatus,
    by_severity: t.Record(t.String(), t.Integer(), { description: 'Of those not resolved' }),
    overdue: t.Integer(),
    overdue_open_24h: t.Integer(),
    opened: t.Integer({ description: 'In the window' }),
    resolved: t.Integer({ description: 'Cases whose latest resolution lies in the window' }),
    by_outcome: t.Record(t.String(), t.Integer(), {
      description: 'Of those resolved in the window; `unlabelled` where nobody said',
    }),
    false_positive_rate: nullable(
      t.Number({ description: 'False positives among those that were resolved with an outcome' }),
    ),
    breached: t.Integer({ description: 'Missed due times in the window' }),
    mean_seconds_to_acknowledge: Number,
    mean_seconds_to_resolve: Number,
  }),
})

export const getCase = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/cases/:case_id',
  summary: 'One case; its ETag is its version, for If-Match',
  tag,
  auth: 'read',
  params: CaseId,
  response: Case,
})

export const caseTraces = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/cases/:case_id/traces',
  summary: 'The decisions that fell into a case and their traces, newest first',
  tag,
  auth: 'read',
  params: CaseId,
  query: t.Object({ cursor, page_size }),
  response: t.Object({
    items: t.Array(
      t.Object({
        trace_id: t.String(),
        decision_id: t.String(),
        at: t.String(),
        expired: t.Boolean({ description: 'The trace is no longer in the record' }),
        name: Text,
        user_id: Text,
        input_text: nullable(t.String({ description: 'At most 200 characters' })),
      }),
    ),
    next_cursor: Text,
  }),
})

export const caseHistory = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/cases/:case_id/history',
  summary: 'All that happened to a case, newest first',
  tag,
  auth: 'read',
  params: CaseId,
  query: t.Object({ cursor, page_size }),
  response: t.Object({
    items: t.Array(
      t.Object({
        id: t.String(),
        at: t.String(),
        actor: t.String({ description: '`admin`, the id of a key, the id of a person, or `hub`' }),
        actor_name: nullable(t.String({ description: 'The name of the person or key that acted' })),
        event: t.String({
          description:
            'opened, grouped, severity_raised, acknowledged, assigned, commented, resolved, reopened, suppressed, sla_breached',
        }),
        from_status: nullable(Status),
        to_status: Status,
        comment: Text,
        detail: t.Record(t.String(), t.Union([t.String(), t.Number(), t.Boolean(), t.Null()])),
      }),
    ),
    next_cursor: Text,
  }),
})

const act = <B extends Parameters<typeof t.Object>[0]>(name: string, summary: string, body: B) =>
  endpoint({
    service: 'decide',
    method: 'POST',
    path: `/api/v1/cases/:case_id/${name}`,
    summary,
    tag,
    auth: 'handle',
    params: CaseId,
    body: t.Object(body),
    response: Case,
  })

const assignee = maybe(Assignee)
const comment = maybe(Comment)
const outcome = maybe(Outcome)

export const ackCase = act('ack', 'Take an open case', { assignee, comment })
export const resolveCase = act('resolve', 'Close a case that is not resolved, best with an outcome', {
  assignee,
  outcome,
  comment,
})
export const reopenCase = act('reopen', 'Open a resolved case again; its clocks start anew', { comment })
export const assignCase = act('assign', 'Give a case that is not resolved to somebody; null to nobody', {
  assignee: nullable(Assignee),
})
export const commentCase = act('comment', 'Add a comment to the history', { comment: Comment })

export const BULK_LIMIT = 500

export const bulkCases = endpoint({
  service: 'decide',
  method: 'POST',
  path: '/api/v1/cases/bulk',
  summary: 'The same act on up to 500 cases, each on its own',
  tag,
  auth: 'handle',
  body: t.Object({
    ids: t.Array(t.String({ maxLength: 64 }), { minItems: 1, maxItems: BULK_LIMIT }),
    action: t.Union([t.Literal('ack'), t.Literal('resolve'), t.Literal('reopen'), t.Literal('assign')]),
    assignee,
    outcome,
    comment,
  }),
  response: t.Object({
    items: t.Array(
      t.Object({
        id: t.String(),
        ok: t.Boolean(),
        status: nullable(t.String({ description: 'Of the case, after the act' })),
        code: nullable(t.String({ description: 'Why not' })),
        detail: Text,
      }),
      { description: 'One for each id, in the order of the request; a repeated id counts once' },
    ),
    succeeded: t.Integer(),
    failed: t.Integer(),
  }),
})
