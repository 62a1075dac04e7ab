import { Type as t, type Static } from '@sinclair/typebox'
import { ACTIONS } from '../policy/actions.ts'
import { Id, IdempotencyKey, JsonObject, Label, maybe, nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'

const tag = 'Decisions'

export const ActionName = t.Union(
  ACTIONS.map((action) => t.Literal(action)),
  { description: 'Strongest last: ALLOW_ANSWER, ALLOW_WITH_WARNING, NEED_CLARIFICATION, ESCALATE, BLOCK' },
)

/** Which policy decided. The built-in one has the name `builtin`, and neither id nor version. */
const DecidedBy = t.Object({
  id: nullable(t.String()),
  name: t.String(),
  version: nullable(t.Integer()),
  hash: t.String({ description: 'SHA-256 of the definition, members sorted' }),
})

/** A decision as it is answered, stored and shown. */
export const Decision = t.Object({
  id: t.String(),
  project_id: t.String(),
  trace_id: t.String(),
  span_id: t.String({ description: 'The decision span on the trace; its children are the judges' }),
  action: ActionName,
  reason_code: t.String(),
  severity: t.String(),
  confidence: t.Number(),
  message: nullable(t.String({ description: 'What the policy wants the user to be told' })),
  policy: DecidedBy,
  policy_version: t.String({ description: '`<policy id>:v<version>`; `builtin:v1` for the built-in policy' }),
  rule: nullable(t.String({ description: 'Id of the rule that matched; null when none did' })),
  judge: nullable(t.String({ description: 'The judge whose verdict stands because no rule matched' })),
  judge_model: t.String(),
  signals: t.Record(t.String(), t.Unknown(), { description: 'Every signal that was computed, by its name' }),
  rationale: t.String(),
  degraded: t.Boolean({ description: 'Something failed and `on_error` or the default took its place' }),
  degraded_reasons: t.Array(t.String()),
  judges_skipped: t.Array(
    t.String({ description: 'Judges whose answer could no longer change the outcome' }),
  ),
  case_id: nullable(t.String({ description: 'The case that it fell into' })),
  latency_us: t.Integer({ description: 'From the request being read to the outcome, microseconds' }),
  idempotency_key: t.String(),
  created_at: t.String(),
})
export type Decision = Static<typeof Decision>

/** Decisions are kept longer than traces. */
const trace_expired = t.Boolean({ description: 'Its trace is no longer there: it was too old, or erased' })

/** A decision in a list of many. */
export const ListedDecision = t.Composite([Decision, t.Object({ trace_expired })])
export type ListedDecision = Static<typeof ListedDecision>

/** One call of a judge for a decision. */
export const JudgeRun = t.Object({
  id: t.String(),
  project_id: t.String(),
  trace_id: t.String(),
  decision_id: t.String(),
  span_id: t.String(),
  judge: t.String(),
  provider: t.String(),
  model: t.String(),
  action: nullable(ActionName),
  reason_code: nullable(t.String()),
  confidence: nullable(t.Number()),
  output: nullable(JsonObject),
  error: nullable(t.String({ description: 'What failed: timeout, http_500, bad_json, bad_schema, …' })),
  cached: t.Boolean(),
  latency_us: t.Integer(),
  input_tokens: nullable(t.Integer()),
  output_tokens: nullable(t.Integer()),
  cost_usd: nullable(t.Number()),
  created_at: t.String(),
})
export type JudgeRun = Static<typeof JudgeRun>

const Condition = t.Object({
  text: t.String(),
  result: t.String(),
  values: t.Record(t.String(), t.Unknown(), {
    description: 'What was read; long or searched texts as their size',
  }),
})

/** Why a decision is what it is, rule by rule. */
export const Explanation = t.Object({
  rules: t.Array(
    t.Object({
      id: t.String(),
      result: t.String({ description: 'matched, failed_closed, not_matched, not_reached or pending' }),
      conditions: t.Array(Condition),
      mismatches: t.Array(t.String()),
    }),
  ),
  found: t.Record(
    t.String(),
    t.Array(
      t.Object({
        kind: t.String(),
        in: t.Union([t.Literal('input'), t.Literal('output')]),
        start: t.Integer(),
        end: t.Integer(),
      }),
    ),
    { description: 'Where a signal found something, as offsets into the text; never the text' },
  ),
  timings_us: t.Record(t.String(), t.Integer()),
})
export type Explanation = Static<typeof Explanation>

/** Why a stored decision cannot be explained. */
export const Unexplained = t.Union(
  [t.Literal('evidence_erased'), t.Literal('policy_gone'), t.Literal('policy_broken')],
  {
    description:
      'evidence_erased: what it was made of was erased, or never came here with a decision of the MVP. policy_gone: the version that decided is not there. policy_broken: this release cannot read that version',
  },
)
export type Unexplained = Static<typeof Unexplained>

/** The trace that an inline decision creates, or adds to when it is there. */
export const InlineTrace = t.Object({
  trace_id: maybe(Id),
  name: maybe(Label),
  user_id: maybe(Label),
  session_id: maybe(Label),
  environment: maybe(Label),
  release: maybe(Label),
  model: maybe(Label),
  tags: maybe(t.Array(Label, { maxItems: 100 })),
  attributes: maybe(JsonObject),
})
export type InlineTrace = Static<typeof InlineTrace>

export const DecideBody = t.Object({
  idempotency_key: t.Intersect([IdempotencyKey, t.String({ description: 'Scope: the project' })]),
  trace_id: maybe(Id),
  request_payload: maybe(JsonObject),
  response_payload: maybe(JsonObject),
  force_policy_id: maybe(t.String({ maxLength: 64 })),
  force_policy_version: maybe(t.Integer({ minimum: 1, maximum: 2_147_483_647 })),
  input: t.Optional(t.Unknown({ description: 'What the user asked: a text, or messages' })),
  output: t.Optional(t.Unknown({ description: 'The answer that may go out: a text, or messages' })),
  contexts: maybe(t.Array(t.String(), { maxItems: 200, description: 'The passages the answer stands on' })),
  trace: maybe(InlineTrace),
  dry_run: maybe(t.Boolean({ description: 'Decides and explains, stores nothing' })),
})
export type DecideBody = Static<typeof DecideBody>

export const decide = endpoint({
  service: 'decide',
  method: 'POST',
  path: '/api/v1/decide',
  summary: 'May this answer go out?',
  tag,
  auth: 'decide',
  query: t.Object({
    explain: t.Optional(t.Boolean({ description: 'Adds `explain`: every rule with what it read' })),
  }),
  body: DecideBody,
  response: t.Object({
    decision: Decision,
    judge_runs: t.Array(JudgeRun),
    dry_run: t.Optional(t.Boolean()),
    explain: t.Optional(Explanation),
  }),
})

/** Decides again from what is stored; the same evidence and the same policy give the same action. */
export const replayDecision = endpoint({
  service: 'decide',
  method: 'POST',
  path: '/api/v1/decisions/:decision_id/replay',
  summary: 'Decide again from the stored evidence',
  tag,
  auth: 'read',
  params: t.Object({ decision_id: t.String({ maxLength: 64 }) }),
  response: t.Object({
    same: t.Boolean(),
    stored: t.Object({ action: ActionName, rule: nullable(t.String()) }),
    replayed: t.Object({ action: ActionName, rule: nullable(t.String()), reason_code: t.String() }),
  }),
})

export const listDecisions = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/decisions',
  summary: 'Decisions, newest first',
  tag,
  auth: 'read',
  query: t.Object({
    action: t.Optional(ActionName),
    rule: t.Optional(t.String({ maxLength: 255 })),
    policy_id: t.Optional(t.String({ maxLength: 64 })),
    policy_version: t.Optional(t.Integer({ minimum: 1, maximum: 2_147_483_647 })),
    reason_code: t.Optional(t.String({ maxLength: 255 })),
    degraded: t.Optional(t.Boolean()),
    trace_id: t.Optional(Id),
    start_time: t.Optional(t.String({ maxLength: 40 })),
    end_time: t.Optional(t.String({ maxLength: 40 })),
    page_size: t.Optional(t.Integer({ minimum: 1, maximum: 100, description: 'Default 50' })),
    cursor: t.Optional(t.String({ maxLength: 200, description: 'next_cursor of the page before' })),
  }),
  response: t.Object({
    items: t.Array(ListedDecision),
    next_cursor: nullable(t.String({ description: 'A page may be short, even empty, and not the last' })),
  }),
})

export const getDecision = endpoint({
  service: 'decide',
  method: 'GET',
  path: '/api/v1/decisions/:decision_id',
  summary: 'One decision: every rule and condition, judges, timings',
  tag,
  auth: 'read',
  params: t.Object({ decision_id: t.String({ maxLength: 64 }) }),
  response: t.Object({
    decision: ListedDecision,
    judge_runs: t.Array(JudgeRun),
    explain: nullable(Explanation),
    unexplained: nullable(Unexplained),
    evidence_erased: t.Boolean(),
  }),
})
