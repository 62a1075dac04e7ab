import { Type as t, type Static } from '@sinclair/typebox'
import { readMessages } from '../dialects/messages.ts'
import { IdempotencyKey, maybe } from '../../schema/scalars.ts'

const Text = maybe(t.String())
/** Empty is how some senders leave an id out. */
const MaybeId = maybe(t.String({ maxLength: 128, format: 'printable' }))

/** An entry of `batch`: what its type makes of `body` is judged afterwards. */
export const SaidEntry = t.Object({
  id: IdempotencyKey,
  type: t.String({ maxLength: 64 }),
  timestamp: t.String({ maxLength: 40 }),
  body: t.Record(t.String(), t.Unknown()),
})
export type SaidEntry = Static<typeof SaidEntry>

/** What a client of Langfuse says of a trace. */
export const SaidTrace = t.Object({
  id: MaybeId,
  timestamp: Text,
  name: Text,
  userId: Text,
  sessionId: Text,
  externalId: Text,
  release: Text,
  version: Text,
  environment: Text,
  tags: maybe(t.Array(t.String(), { maxItems: 1000 })),
  input: t.Optional(t.Unknown()),
  output: t.Optional(t.Unknown()),
  metadata: t.Optional(t.Unknown()),
  public: maybe(t.Boolean()),
})
export type SaidTrace = Static<typeof SaidTrace>

/** The same of a span, a generation, or any other observation; an update says less of it. */
export const SaidObservation = t.Object({
  id: MaybeId,
  traceId: MaybeId,
  parentObservationId: MaybeId,
  type: Text,
  name: Text,
  startTime: Text,
  endTime: Text,
  completionStartTime: Text,
  level: Text,
  statusMessage: Text,
  version: Text,
  environment: Text,
  model: Text,
  modelParameters: t.Optional(t.Unknown()),
  promptName: Text,
  promptVersion: maybe(t.Integer()),
  usage: t.Optional(t.Unknown()),
  usageDetails: t.Optional(t.Unknown()),
  costDetails: t.Optional(t.Unknown()),
  input: t.Optional(t.Unknown()),
  output: t.Optional(t.Unknown()),
  metadata: t.Optional(t.Unknown()),
})
export type SaidObservation = Static<typeof SaidObservation>

/** A score: a number, a verdict as 0 or 1, or the name of a category. */
export const SaidScore = t.Object({
  id: MaybeId,
  traceId: MaybeId,
  observationId: MaybeId,
  name: t.String({ minLength: 1, maxLength: 255 }),
  value: t.Union([t.Number(), t.Boolean(), t.String({ minLength: 1, maxLength: 255 })]),
  dataType: Text,
  comment: maybe(t.String({ maxLength: 10_000 })),
  environment: Text,
  configId: Text,
  queueId: Text,
  metadata: t.Optional(t.Unknown()),
})
export type SaidScore = Static<typeof SaidScore>

/** An input or output. Null says nothing, in this protocol: an update with `output: null` takes no output away. */
export const valueOf = (value: unknown): unknown =>
  value === null || value === undefined ? undefined : readMessages(value)
