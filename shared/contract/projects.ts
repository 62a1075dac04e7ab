import { Type as t } from '@sinclair/typebox'
import { Limits } from '../schema/limits.ts'
import { Masking } from '../schema/masking.ts'
import { nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'

const tag = 'Projects'
const ProjectId = t.Object({ project_id: t.String({ maxLength: 64 }) })

export const SCOPES = ['ingest', 'read', 'decide', 'full'] as const

/** What a key may do; `full` is all of it. */
const Scope = t.Union(SCOPES.map((scope) => t.Literal(scope)))

const Project = t.Object({
  id: t.String(),
  name: t.String(),
  is_active: t.Boolean(),
  key_activated: t.Boolean(),
  created_at: t.String(),
})

const ListedProject = t.Composite([
  Project,
  t.Object({
    is_default: t.Boolean({ description: 'The project of the development key' }),
    trace_count: t.Integer({ description: 'Exact; above 10,000 up to a minute old' }),
    open_case_count: t.Integer(),
    last_trace_at: nullable(t.String()),
  }),
])

const IssuedKey = t.Object({
  id: t.String(),
  name: t.String(),
  key_activated: t.Boolean(),
  created_at: t.String(),
  api_key: t.String({ description: 'Shown once' }),
})

const ApiKey = t.Object({
  id: t.String(),
  name: t.String(),
  scope: Scope,
  masked: t.String({ description: 'First and last characters' }),
  created_at: t.String(),
  expires_at: nullable(t.String()),
  last_used_at: nullable(t.String()),
  revoked_at: nullable(t.String()),
})

export const listProjects = endpoint({
  service: 'ingest',
  method: 'GET',
  path: '/api/v1/projects',
  summary: 'List projects, newest first',
  tag,
  auth: 'person',
  response: t.Array(ListedProject),
})

export const createProject = endpoint({
  service: 'ingest',
  method: 'POST',
  path: '/api/v1/projects',
  summary: 'Create a project; its first key can read, and ingest after the first rotation',
  tag,
  auth: 'admin',
  body: t.Object({ name: t.String({ minLength: 1, maxLength: 255, pattern: '\\S' }) }),
  response: IssuedKey,
})

export const rotateKey = endpoint({
  service: 'ingest',
  method: 'POST',
  path: '/api/v1/projects/:project_id/rotate-key',
  summary: 'Issue a new main key; the old one ends now or after grace_seconds',
  tag,
  auth: 'admin',
  params: ProjectId,
  query: t.Object({ grace_seconds: t.Optional(t.Integer({ minimum: 0, maximum: 604_800 })) }),
  response: IssuedKey,
})

export const currentKey = endpoint({
  service: 'ingest',
  method: 'GET',
  path: '/api/v1/projects/:project_id/current-key',
  summary: 'Reveal the main key (audited); null when it cannot be unsealed',
  tag,
  auth: 'admin',
  params: ProjectId,
  response: t.Object({
    project_id: t.String(),
    key_activated: t.Boolean(),
    api_key: nullable(t.String()),
    api_key_masked: nullable(t.String()),
  }),
})

export const activateProject = endpoint({
  service: 'ingest',
  method: 'POST',
  path: '/api/v1/projects/:project_id/activate',
  summary: 'Let the project read and write again',
  tag,
  auth: 'admin',
  params: ProjectId,
  response: Project,
})

export const deactivateProject = endpoint({
  service: 'ingest',
  method: 'POST',
  path: '/api/v1/projects/:project_id/deactivate',
  summary: 'Block all reads and writes of the project; nothing is deleted',
  tag,
  auth: 'admin',
  params: ProjectId,
  response: Project,
})

export const deleteProject = endpoint({
  service: 'ingest',
  method: 'DELETE',
  path: '/api/v1/projects/:project_id',
  summary: 'Same as deactivate',
  tag,
  auth: 'admin',
  params: ProjectId,
  response: Project,
})

export const listKeys = endpoint({
  service: 'ingest',
  method: 'GET',
  path: '/api/v1/projects/:project_id/keys',
  summary: 'List the keys of a project, newest first',
  tag,
  auth: 'admin',
  params: ProjectId,
  response: t.Array(ApiKey),
})

export const createKey = endpoint({
  service: 'ingest',
  method: 'POST',
  path: '/api/v1/projects/:project_id/keys',
  summary: 'Issue a further key with a name, a scope and perhaps an expiry',
  tag,
  auth: 'admin',
  params: ProjectId,
  body: t.Object({
    name: t.String({ minLength: 1, maxLength: 255, pattern: '\\S' }),
    scope: t.Optional(Scope),
    expires_at: t.Optional(nullable(t.String({ description: 'RFC 3339 with a zone' }))),
  }),
  response: t.Composite([ApiKey, t.Object({ api_key: t.String({ description: 'Shown once' }) })]),
})

export const revokeKey = endpoint({
  service: 'ingest',
  method: 'DELETE',
  path: '/api/v1/projects/:project_id/keys/:key_id',
  summary: 'End a key at once',
  tag,
  auth: 'admin',
  params: t.Object({ project_id: t.String({ maxLength: 64 }), key_id: t.String({ maxLength: 64 }) }),
  response: ApiKey,
})

const Days = nullable(t.Integer({ minimum: 0, maximum: 3650, description: '0 keeps for ever' }))

const Settings = t.Object({
  project_id: t.String(),
  retention_days: Days,
  effective_retention_days: t.Integer({ description: 'Its own, else HUB_RETENTION_DAYS; 0 keeps for ever' }),
  masking: Masking,
  limits: Limits,
  updated_at: nullable(t.String()),
})

export const getSettings = endpoint({
  service: 'ingest',
  method: 'GET',
  path: '/api/v1/projects/:project_id/settings',
  summary:
    'How long the project keeps its traces, what it hides before it stores them, and how much it takes',
  tag,
  auth: 'admin',
  params: ProjectId,
  response: Settings,
})

export const putSettings = endpoint({
  service: 'ingest',
  method: 'PUT',
  path: '/api/v1/projects/:project_id/settings',
  summary: 'Set retention, masking and limits of the project (audited); null is the default of the hub',
  tag,
  auth: 'admin',
  params: ProjectId,
  body: t.Object({ retention_days: Days, masking: Masking, limits: t.Optional(Limits) }),
  response: Settings,
})
