import { Type as t } from '@sinclair/typebox'
import { nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'

const AuditLine = t.Object({
  id: t.String(),
  at: t.String(),
  actor: t.String({ description: '`admin`, the id of a key, the id of a person, or a job of the hub' }),
  actor_name: nullable(t.String({ description: 'The name of the person who acted' })),
  action: t.String(),
  project_id: nullable(t.String()),
  project_name: nullable(t.String()),
  subject: nullable(t.String({ description: 'The id of what it was done to' })),
  subject_name: nullable(t.String({ description: 'The name of the person or project it was done to' })),
  detail: t.Record(t.String(), t.Union([t.String(), t.Number(), t.Boolean(), t.Null()])),
})

export const listAudit = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/audit',
  summary: 'Who did what, newest first, in the whole hub or in one project',
  tag: 'Audit',
  auth: 'admin',
  query: t.Object({
    project_id: t.Optional(t.String({ maxLength: 64 })),
    cursor: t.Optional(t.String({ maxLength: 128 })),
    page_size: t.Optional(t.Integer({ minimum: 1, maximum: 200 })),
  }),
  response: t.Object({ items: t.Array(AuditLine), next_cursor: nullable(t.String()) }),
})
