import { Type as t } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'

const tag = 'Langfuse'

/** `POST /api/public/ingestion`: what the SDKs 2 and 3 of Langfuse send all things to, and 5 in JavaScript its scores. */
export const langfuseIngestion = endpoint({
  service: 'ingest',
  method: 'POST',
  path: '/api/public/ingestion',
  summary: 'Langfuse: traces, observations and scores in any order; 207 names what became of each',
  tag,
  auth: 'ingest',
  body: t.Object({
    batch: t.Array(t.Unknown(), { maxItems: 5000, description: '`{id, type, timestamp, body}` each' }),
  }),
  response: t.Object({
    successes: t.Array(t.Object({ id: t.String(), status: t.Integer() })),
    errors: t.Array(
      t.Object({
        id: t.String({ description: 'Empty where the entry has none' }),
        status: t.Integer(),
        message: t.String(),
        error: t.String({ description: 'A code' }),
      }),
    ),
  }),
})

/** `POST /api/public/scores`: where the SDK 5 in Python sends its scores. */
export const langfuseScores = endpoint({
  service: 'ingest',
  method: 'POST',
  path: '/api/public/scores',
  summary: 'Langfuse: one score, or a list of them; 207 says which were not taken',
  tag,
  auth: 'ingest',
  body: t.Union([
    t.Object({ traceId: t.String(), name: t.String(), value: t.Unknown() }),
    t.Array(t.Unknown(), { maxItems: 5000 }),
  ]),
  response: t.Union([
    t.Object({ id: t.String() }),
    t.Object({ message: t.Literal('Accepted') }),
    t.Object({
      accepted: t.Integer(),
      rejected: t.Integer(),
      errors: t.Array(t.Object({ message: t.String() })),
    }),
  ]),
})

export const langfuseHealth = endpoint({
  service: 'ingest',
  method: 'GET',
  path: '/api/public/health',
  summary: 'Langfuse: the hub is there',
  tag,
  auth: 'none',
  response: t.Object({ status: t.Literal('OK'), version: t.String() }),
})

/** What the SDKs ask to check their key. */
export const langfuseProjects = endpoint({
  service: 'ingest',
  method: 'GET',
  path: '/api/public/projects',
  summary: 'Langfuse: the project of the key',
  tag,
  auth: 'ingest',
  response: t.Object({
    data: t.Array(
      t.Object({
        id: t.String(),
        name: t.String(),
        organization: t.Object({ id: t.String(), name: t.String() }),
        metadata: t.Object({}),
      }),
    ),
  }),
})
