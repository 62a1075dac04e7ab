import { Type as t, type Static } from '@sinclair/typebox'
import { FINDING_CODES } from '../policy/finding.ts'
import { JsonObject, maybe, nullable } from '../schema/scalars.ts'
import { endpoint } from './endpoint.ts'

const tag = 'Policies'
const service = 'decide'

/** A policy as it is written: an object, or its YAML or JSON text. */
const Definition = t.Union([JsonObject, t.String()], {
  description: 'The policy as an object, or its text in YAML or JSON; returned as sent',
})

const Time = t.String({ maxLength: 40, description: 'RFC 3339; without a zone it is UTC' })
const policy_id = t.String({ maxLength: 64 })
const version = t.Integer({ minimum: 1, maximum: 2_147_483_647 })

/** One thing to say about a policy, at its place in the text. */
export const PolicyFinding = t.Object({
  severity: t.Union([t.Literal('error'), t.Literal('warning')]),
  code: t.Union(FINDING_CODES.map((code) => t.Literal(code))),
  message: t.String(),
  line: t.Integer({ description: 'From 1; an object counts as its JSON, indented by 2' }),
  column: t.Integer(),
})

export const PolicyVersion = t.Object({
  id: t.String(),
  policy_id: t.String(),
  version: t.Integer(),
  effective_from: t.String(),
  active: t.Boolean({ description: 'It decides for the project now' }),
  scheduled: t.Boolean({ description: 'It becomes the active one at effective_from' }),
  definition: Definition,
  hash: t.String(),
  created_at: t.String(),
  created_by: t.String(),
})
export type PolicyVersion = Static<typeof PolicyVersion>

export const Policy = t.Object({
  id: t.String(),
  project_id: t.String(),
  name: t.String(),
  description: nullable(t.String()),
  created_at: t.String(),
  latest_version: t.Integer(),
  active_version: nullable(t.Integer({ description: 'Null: this policy does not decide' })),
  scheduled_version: nullable(t.Integer()),
})
export type Policy = Static<typeof Policy>

const WithFindings = t.Object({
  findings: t.Array(PolicyFinding, { description: 'Warnings; errors refuse the request' }),
})

export const createPolicy = endpoint({
  service,
  method: 'POST',
  path: '/api/v1/policies',
  summary: 'Create a policy with its version 1',
  tag,
  auth: 'manage',
  body: t.Object({
    name: t.String({ minLength: 1, maxLength: 255 }),
    description: maybe(t.String({ maxLength: 10_000 })),
    effective_from: maybe(Time),
    active: maybe(t.Boolean()),
    definition: Definition,
  }),
  response: t.Object({ policy: Policy, version: PolicyVersion, ...WithFindings.properties }),
})

export const listPolicies = endpoint({
  service,
  method: 'GET',
  path: '/api/v1/policies',
  summary: 'The policies of the project, newest first',
  tag,
  auth: 'read',
  response: t.Array(Policy),
})

export const listPolicyVersions = endpoint({
  service,
  method: 'GET',
  path: '/api/v1/policies/:policy_id/versions',
  summary: 'The versions of a policy, newest first',
  tag,
  auth: 'read',
  params: t.Object({ policy_id }),
  response: t.Array(PolicyVersion),
})

export const createPolicyVersion = endpoint({
  service,
  method: 'POST',
  path: '/api/v1/policies/:policy_id/versions',
  summary: 'Add a version',
  tag,
  auth: 'manage',
  params: t.Object({ policy_id }),
  body: t.Object({ definition: Definition, effective_from: maybe(Time), active: maybe(t.Boolean()) }),
  response: t.Composite([PolicyVersion, WithFindings]),
})

export const activatePolicy = endpoint({
  service,
  method: 'POST',
  path: '/api/v1/policies/:policy_id/activate',
  summary: 'Let a version decide; refused when a test of it fails',
  tag,
  auth: 'manage',
  params: t.Object({ policy_id }),
  query: t.Object({ version }),
  response: PolicyVersion,
})

export const rollbackPolicy = endpoint({
  service,
  method: 'POST',
  path: '/api/v1/policies/:policy_id/rollback',
  summary: 'Let the version decide that did before the active one',
  tag,
  auth: 'manage',
  params: t.Object({ policy_id }),
  response: PolicyVersion,
})

export const deactivatePolicy = endpoint({
  service,
  method: 'POST',
  path: '/api/v1/policies/:policy_id/deactivate',
  summary: 'Let the built-in policy decide again',
  tag,
  auth: 'manage',
  params: t.Object({ policy_id }),
  response: Policy,
})

export const diffPolicy = endpoint({
  service,
  method: 'GET',
  path: '/api/v1/policies/:policy_id/diff',
  summary: 'What differs between two versions, line by line',
  tag,
  auth: 'read',
  params: t.Object({ policy_id }),
  query: t.Object({ from: version, to: version }),
  response: t.Object({
    from: t.Integer(),
    to: t.Integer(),
    lines: t.Array(
      t.Object({
        kind: t.Union([t.Literal('same'), t.Literal('removed'), t.Literal('added')]),
        text: t.String(),
      }),
    ),
  }),
})

export const validatePolicy = endpoint({
  service,
  method: 'POST',
  path: '/api/v1/policies/validate',
  summary: 'Check a policy without storing it',
  tag,
  auth: 'read',
  body: t.Object({ definition: Definition }),
  response: t.Object({ ok: t.Boolean(), findings: t.Array(PolicyFinding) }),
})

export const testPolicy = endpoint({
  service,
  method: 'POST',
  path: '/api/v1/policies/:policy_id/test',
  summary: 'Run the tests in a version, or in a draft of it',
  tag,
  auth: 'read',
  params: t.Object({ policy_id }),
  query: t.Object({ version: t.Optional(version) }),
  body: t.Object({ definition: t.Optional(Definition) }),
  response: t.Object({
    ok: t.Boolean(),
    tests: t.Array(
      t.Object({
        name: t.String(),
        passed: t.Boolean(),
        got: nullable(t.Object({ action: t.String(), rule: nullable(t.String()) })),
      }),
    ),
    findings: t.Array(PolicyFinding),
  }),
})
