import type { TSchema } from '@sinclair/typebox'
import type { Output, Endpoint, Input } from '#shared/contract/endpoint.ts'
import * as contract from '#shared/contract/policies.ts'
import { createKey } from '#shared/contract/projects.ts'
import { HubError } from '#shared/errors.ts'
import { call, CallError } from '#shared/http/call.ts'
import { testHub } from '#shared/testing/hub.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { decide } from '../../decide/service.ts'
import { ingest } from '../../ingest/service.ts'

/** A document of the MVP that decides by one rule; `reason` tells versions apart. */
export const rules = (reason: string, action = 'BLOCK') => ({
  rules: [{ priority: 10, when: {}, then: { action, reason_code: reason, severity: 'high' } }],
})

/** A document of version 2 whose one test fails. */
export const FAILING = `version: 2
rules:
  - id: pii
    when: signals.pii.count > 0
    then: BLOCK
tests:
  - name: a card is blocked
    given: { output: nothing here }
    expect: { action: BLOCK, rule: pii }
`

/** The doors and the deciding service over the database of the run. */
export async function openPolicies() {
  const hub = await testHub([ingest, decide])
  const { deps } = hub
  const { sql } = deps.database

  /** Asks by the contract, so that the answer has its type. */
  const ask = async <P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
    { key }: TestProject,
    endpoint: Endpoint<P, Q, B, R>,
    input: Partial<Input<Endpoint<P, Q, B, R>>> = {},
  ): Promise<Output<Endpoint<P, Q, B, R>>> =>
    call(hub.api.fetch, 'http://localhost', endpoint, input, { 'x-api-key': key })

  /** The code of the error that an operation answers; null when it answers none. */
  async function codeOf(asked: Promise<unknown>): Promise<string | null> {
    try {
      await asked
      return null
    } catch (error) {
      if (error instanceof CallError || error instanceof HubError) return `${error.status} ${error.code}`
      throw error
    }
  }

  const create = async (project: TestProject, definition: unknown, more: object = {}) => {
    const body = { name: 'p', definition, ...more } as Input<typeof contract.createPolicy>['body']
    return ask(project, contract.createPolicy, { body })
  }

  async function numberOf({ project_id }: TestProject): Promise<number> {
    const [row] = await sql<{ project_no: number }[]>`
      select project_no from projects where project_id = ${project_id}`
    return row?.project_no ?? -1
  }

  /** A further key of a project. */
  async function keyOf({ project_id }: TestProject, scope: 'ingest' | 'read'): Promise<string> {
    const input = { params: { project_id }, body: { name: scope, scope } }
    const headers = { 'x-api-key': deps.config.admin_key }
    return (await call(hub.api.fetch, 'http://localhost', createKey, input, headers)).api_key
  }

  /** What the audit of a project says of its policies, oldest first. */
  async function auditOf(project: TestProject) {
    const rows = await sql<{ action: string; actor: string; detail: Record<string, unknown> }[]>`
      select action, actor, detail from audit
      where project_no = ${await numberOf(project)} and action like 'policy.%' order by at, audit_id`
    return rows.map(({ action, actor, detail }) => ({ action, actor, detail }))
  }

  return { ...hub, sql, ask, codeOf, create, numberOf, keyOf, auditOf }
}
