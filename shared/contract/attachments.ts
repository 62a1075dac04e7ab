import { Type as t } from '@sinclair/typebox'
import { Id } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'

/** A file that came with a span, without its bytes. */
export const Attachment = t.Object({
  id: t.String({ description: 'Stands for the name within its span' }),
  name: t.String(),
  content_type: t.String({ description: 'As it was sent' }),
  bytes: t.Integer(),
  url: t.String({ description: 'Path of its bytes in this API' }),
})

export const getAttachment = endpoint({
  service: 'query',
  method: 'GET',
  path: '/api/v1/traces/:trace_id/spans/:span_id/attachments/:attachment_id',
  summary: 'The bytes of an attachment, as a type that a browser does not run',
  tag: 'Traces',
  auth: 'read',
  params: t.Object({
    trace_id: Id,
    span_id: t.String({ minLength: 1, maxLength: 255, format: 'printable' }),
    attachment_id: t.String({ minLength: 1, maxLength: 64, format: 'printable' }),
  }),
  response: t.String({ description: 'The bytes themselves' }),
})
