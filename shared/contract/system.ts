import { Type as t } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'

const tag = 'System'

export const healthz = endpoint({
  service: 'query',
  method: 'GET',
  path: '/healthz',
  summary: 'The process is alive',
  tag,
  auth: 'none',
  response: t.Object({ ok: t.Boolean() }),
})

export const readyz = endpoint({
  service: 'query',
  method: 'GET',
  path: '/readyz',
  summary: 'The hub can serve: the database answers',
  tag,
  auth: 'none',
  response: t.Object({ ok: t.Boolean() }),
})

/** The reference of the API as data, as a page, and the page's parts; no operations of the API itself. */
export const openapiDocument = endpoint({
  service: 'query',
  method: 'GET',
  path: '/swagger/json',
  summary: 'This reference as OpenAPI 3.1',
  tag,
  auth: 'none',
  response: t.Unknown(),
})

export const swaggerPage = endpoint({
  service: 'query',
  method: 'GET',
  path: '/swagger',
  summary: 'This reference as a page',
  tag,
  auth: 'none',
  response: t.Unknown(),
})

export const swaggerAsset = endpoint({
  service: 'query',
  method: 'GET',
  path: '/swagger/assets/:file',
  summary: 'Scripts and styles of the page',
  tag,
  auth: 'none',
  params: t.Object({ file: t.String({ maxLength: 64 }) }),
  response: t.Unknown(),
})
