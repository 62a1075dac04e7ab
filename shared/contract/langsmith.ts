import { Type as t } from '@sinclair/typebox'
import { SaidFeedback, SaidLangsmithRun } from '../schema/said-langsmith.ts'
import { Id } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'

/** Where LangSmith's clients may be pointed at: they append the rest of the path to what they are given. */
const PREFIXES = ['', '/langsmith', '/api/v1']

const tag = 'LangSmith'

const Outcome = t.Object({
  accepted: t.Integer({ description: 'Parts stored by this request' }),
  duplicates: t.Integer({ description: 'Parts that had been stored before' }),
  rejected: t.Array(
    t.Object({
      index: t.Integer(),
      id: t.Union([t.String(), t.Null()]),
      code: t.String(),
      detail: t.String(),
    }),
  ),
})

const Parts = t.Object(
  {},
  {
    contentMediaType: 'multipart/form-data',
    description:
      'Parts `post.<id>` and `patch.<id>` with the run as JSON; of the same run `….inputs`, `.outputs`, `.events`, `.extra`, ' +
      '`.error`, `.serialized` as JSON and `attachment.<id>.<name>` as bytes; `feedback.<id>` as JSON',
  },
)

/** What the doors for runs have in common. */
const runs = { service: 'ingest', tag, auth: 'ingest', response: Outcome } as const

const infoAt = (prefix: string) =>
  endpoint({
    service: 'ingest',
    method: 'GET',
    path: `${prefix}/info`,
    summary: 'What the clients of LangSmith ask before they send: sizes and encodings',
    tag,
    auth: 'none',
    response: t.Object({
      version: t.String(),
      instance_flags: t.Record(t.String(), t.Boolean()),
      batch_ingest_config: t.Record(t.String(), t.Union([t.Boolean(), t.Integer()])),
    }),
  })

const batchesAt = (prefix: string) => ({
  multipart: endpoint({
    ...runs,
    method: 'POST',
    path: `${prefix}/runs/multipart`,
    summary: 'Runs as multipart/form-data, their inputs, outputs and files in parts of their own',
    body: Parts,
  }),
  batch: endpoint({
    ...runs,
    method: 'POST',
    path: `${prefix}/runs/batch`,
    summary: 'Runs that begin and runs that go on, in JSON',
    body: t.Object({
      post: t.Optional(t.Array(SaidLangsmithRun)),
      patch: t.Optional(t.Array(SaidLangsmithRun)),
    }),
  }),
})

const runsAt = (prefix: string) => ({
  create: endpoint({
    ...runs,
    method: 'POST',
    path: `${prefix}/runs`,
    summary: 'One run that begins',
    body: SaidLangsmithRun,
  }),
  update: endpoint({
    ...runs,
    method: 'PATCH',
    path: `${prefix}/runs/:run_id`,
    summary: 'More of one run: its end, its outputs',
    params: t.Object({ run_id: Id }),
    body: SaidLangsmithRun,
  }),
})

const feedbackAt = (prefix: string) =>
  endpoint({
    service: 'ingest',
    method: 'POST',
    path: `${prefix}/feedback`,
    summary: 'A score or verdict on a run, as an evaluation',
    tag,
    auth: 'ingest',
    body: SaidFeedback,
    response: SaidFeedback,
  })

/** The run protocol of LangSmith, once for each place where its clients may look for it. */
export const LANGSMITH = PREFIXES.map((prefix) => ({
  info: infoAt(prefix),
  ...batchesAt(prefix),
  ...runsAt(prefix),
  feedback: feedbackAt(prefix),
}))
