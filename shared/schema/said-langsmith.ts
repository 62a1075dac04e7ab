import { Type as t, type Static } from '@sinclair/typebox'
import { Id, JsonObject, Label, maybe } from './scalars.ts'

/** ISO 8601, or milliseconds since 1970: clients of JavaScript send both in one run. */
const Stamp = t.Union([t.String({ maxLength: 40 }), t.Number()])

const Text = t.String({ maxLength: 65_536 })

/** What a run is made of as LangSmith's clients say it, when it begins or when more of it is known; the rest is kept as sent. */
export const SaidLangsmithRun = t.Object({
  id: maybe(Id),
  trace_id: maybe(Id),
  parent_run_id: maybe(Id),
  dotted_order: maybe(Text),
  name: maybe(Text),
  run_type: maybe(Label),
  start_time: maybe(Stamp),
  end_time: maybe(Stamp),
  tags: maybe(t.Array(t.Unknown())),
  extra: maybe(JsonObject),
  events: maybe(t.Array(t.Unknown())),
  session_name: maybe(Text),
})
export type SaidLangsmithRun = Static<typeof SaidLangsmithRun>

/** A score or a verdict on a run. */
export const SaidFeedback = t.Object({
  id: maybe(Id),
  run_id: Id,
  trace_id: maybe(Id),
  key: t.String({ minLength: 1, maxLength: 1024 }),
  score: maybe(t.Union([t.Number(), t.Boolean()])),
  value: t.Optional(t.Unknown()),
  comment: maybe(t.String()),
  feedback_source: maybe(JsonObject),
})
export type SaidFeedback = Static<typeof SaidFeedback>
