import { Type as t, type TSchema } from '@sinclair/typebox'
import type { ElysiaOpenAPIConfig } from '@elysiajs/openapi'
import { nullToOpenApi } from '@elysiajs/openapi/openapi'
import type { DocumentDecoration } from 'elysia'
import type { Endpoint } from '#shared/contract/endpoint.ts'
import { ENDPOINTS } from '#shared/contract/index.ts'
import { ERRORS } from '#shared/errors.ts'

/** How a key may be sent; all three mean the same. */
const SCHEMES = {
  api_key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  bearer: { type: 'http', scheme: 'bearer', description: 'The API key as a bearer token' },
  basic: {
    type: 'http',
    scheme: 'basic',
    description: 'The API key as the password; the user name is not read',
  },
}

/** The one form of every error. */
const ErrorBody = t.Object({
  detail: t.Union(
    [
      t.String(),
      t.Array(
        t.Object({
          type: t.String(),
          loc: t.Array(t.Union([t.String(), t.Integer()])),
          msg: t.String(),
        }),
      ),
    ],
    { description: 'What was wrong; for 422 a list with the place of each fault' },
  ),
  code: t.Union(Object.keys(ERRORS).map((code) => t.Literal(code))),
  request_id: t.String({ description: 'Under this id the hub logged the request' }),
})

const PROJECT_HEADER = {
  name: 'x-project-id',
  in: 'header',
  required: false,
  description: 'With an admin key: the project to act on. With a project key: must be its own project',
  schema: { type: 'string', format: 'uuid' },
}

/** A TypeBox schema as plain JSON Schema: choices as enums, TypeBox's own marks left out. */
function plain(schema: TSchema): unknown {
  const written: unknown = JSON.parse(
    JSON.stringify(nullToOpenApi(schema, '3.1.2')),
    (_name, value: unknown) =>
      typeof value === 'object' && value !== null && 'anyOf' in value ? asEnum(value) : value,
  )
  return written
}

const isLiteral = (member: unknown): member is { const: string } =>
  typeof member === 'object' && member !== null && 'const' in member && typeof member.const === 'string'

function asEnum(schema: { anyOf: unknown }): object {
  const { anyOf, ...rest } = schema
  return Array.isArray(anyOf) && anyOf.every(isLiteral)
    ? { ...rest, type: 'string', enum: anyOf.map((member) => member.const) }
    : schema
}

function parametersIn(place: 'path' | 'query', schema: TSchema) {
  const described = plain(schema) as {
    properties?: Record<string, { description?: string }>
    required?: string[]
  }
  return Object.entries(described.properties ?? {}).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: described.required?.includes(name) ?? false,
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }))
}

const json = (schema: unknown, media = 'application/json') => ({ content: { [media]: { schema } } })

const paths = new Set(ENDPOINTS.map(({ path }) => path))

/** A path without what most begin with, where that is not a path of its own. */
function shortOf(path: string): string {
  const short = path.replace('/api/v1', '')
  return paths.has(short) ? path : short
}

/** A body that is no JSON names its media type. */
const mediaOf = (body: TSchema): string | undefined =>
  typeof body['contentMediaType'] === 'string' ? body['contentMediaType'] : undefined

/** What all operations share. The plugin's types are those of OpenAPI 3.0, hence the cast. */
export const describeApi = (info: { title: string; version: string; description: string }) =>
  ({
    info,
    components: { securitySchemes: SCHEMES, schemas: { Error: plain(ErrorBody) } },
  }) as NonNullable<ElysiaOpenAPIConfig['documentation']>

/** One operation as OpenAPI 3.1 describes it, from the same schemas that check it. */
export function describeEndpoint({
  method,
  path,
  summary,
  tag,
  auth,
  params,
  query,
  body,
  response,
}: Endpoint) {
  const error = { description: 'An error', ...json({ $ref: '#/components/schemas/Error' }) }
  return {
    operationId: `${method.toLowerCase()}${shortOf(path).replaceAll(/\W+/g, '_')}`,
    summary,
    tags: [tag],
    security: auth === 'none' ? [] : Object.keys(SCHEMES).map((scheme) => ({ [scheme]: [] })),
    parameters: [
      ...parametersIn('path', params),
      ...parametersIn('query', query),
      ...(auth === 'read' || auth === 'ingest' || auth === 'act' ? [PROJECT_HEADER] : []),
    ],
    ...(body['type'] === 'undefined'
      ? {}
      : { requestBody: { required: true, ...json(plain(body), mediaOf(body)) } }),
    responses: { 200: { description: 'Done', ...json(plain(response)) }, '4XX': error, '5XX': error },
  } as DocumentDecoration
}
