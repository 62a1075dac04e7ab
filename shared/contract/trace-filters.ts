import { Type as t } from '@sinclair/typebox'

/** Which traces; all conditions hold together. */
export const filters = {
  start_time: t.Optional(t.String({ description: 'RFC 3339; traces that started at this time or later' })),
  end_time: t.Optional(t.String({ description: 'RFC 3339; traces that started at this time or before' })),
  status: t.Optional(t.String({ maxLength: 32 })),
  model: t.Optional(t.String({ maxLength: 255 })),
  environment: t.Optional(t.String({ maxLength: 255 })),
  user_id: t.Optional(t.String({ maxLength: 255 })),
  session_id: t.Optional(t.String({ maxLength: 255 })),
  tag: t.Optional(t.String({ maxLength: 255 })),
  search: t.Optional(
    t.String({
      maxLength: 256,
      description:
        'Words that one span must all have, "an exact phrase", -not, begin*, input: output: error: before any of them; or a part of a name or id of the trace',
    }),
  ),
  q: t.Optional(
    t.String({
      maxLength: 2048,
      description:
        'Conditions as in the query bar, like `status:error,stale latency:>2s model:gpt-4.1* -env:dev has:user "a text"`. Fields: status, model, env, user, session, tag, name, release, id, type (of a span), decision, latency, cost, tokens, spans, errors, has. A comma means or, * any text, a minus not',
    }),
  ),
}
