import { createPolicy } from '#shared/contract/policies.ts'
import { call } from '#shared/http/call.ts'
import type { Deps, Service } from '#shared/service.ts'
import { testHub } from '#shared/testing/hub.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { decide } from '../../decide/service.ts'
import { ingest } from '../../ingest/service.ts'
import { query } from '../../query/service.ts'

type Json = Record<string, unknown>

/** What `/decide` answered: its status, its headers, and the parts of its body, empty where there are none. */
export type Answered = {
  status: number
  headers: Headers
  json: Json
  decision: Json
  judge_runs: Json[]
}

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const objectIn = (value: unknown): Json => (isJson(value) ? value : {})
const listIn = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : [])

let last = 0
/** An idempotency key that no other test has. */
export const newKey = (): string => `key ${++last} ${crypto.randomUUID()}`

/** Doors, questions and decisions over the database of the run. */
export async function openHub(more: ((deps: Deps) => Promise<Service>)[] = []) {
  const hub = await testHub([ingest, decide, query, ...more])
  const { sql } = hub.deps.database

  /** Asks for a decision as the project; a key is added where the body has none. */
  async function ask(project: TestProject, body: object, search = ''): Promise<Answered> {
    const response = await hub.api.request('POST', `/api/v1/decide${search}`, {
      key: project.key,
      body: { idempotency_key: newKey(), ...body },
    })
    const json = objectIn(await response.json())
    return {
      status: response.status,
      headers: response.headers,
      json,
      decision: objectIn(json['decision']),
      judge_runs: listIn(json['judge_runs']),
    }
  }

  /** Makes a policy that decides for the project; its id. */
  async function activate(project: TestProject, definition: string | Json): Promise<string> {
    const body = { name: 'default-safety', active: true, definition }
    const { policy } = await call(
      hub.api.fetch,
      'http://localhost',
      createPolicy,
      { body },
      { 'x-api-key': project.key },
    )
    return policy.id
  }

  /** Sends a trace, as an application would that records before it asks. */
  async function record(project: TestProject, trace: Json, spans: Json[] = []): Promise<void> {
    const body = { trace: { start_time: new Date().toISOString(), ...trace }, spans }
    const { status, json } = await hub.send(project, 'POST', '/api/v1/ingest/traces', body)
    if (status !== 200) throw new Error(`the trace was not taken: ${JSON.stringify(json)}`)
  }

  async function readTrace(project: TestProject, trace_id: unknown) {
    const { json } = await hub.send(project, 'GET', `/api/v1/traces/${String(trace_id)}`)
    return { json, trace: objectIn(json['trace']), spans: listIn(json['spans']) }
  }

  async function numberOf({ project_id }: TestProject): Promise<number> {
    const [row] = await sql<{ project_no: number }[]>`
      select project_no from projects where project_id = ${project_id}`
    return row?.project_no ?? -1
  }

  /** How many rows each table has of the project; of tables that name none, as far as they hang on what does. */
  async function countRows(project: TestProject): Promise<Record<string, number>> {
    const project_no = await numberOf(project)
    const tables = await sql<{ name: string }[]>`
      select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relkind in ('r', 'p') and not c.relispartition and a.attname = 'project_no'
        and c.relnamespace = 'public'::regnamespace order by 1`
    const counts: Record<string, number> = {}
    for (const { name } of tables) {
      const [row] = await sql<{ rows: number }[]>`
        select count(*)::int as rows from ${sql(name)} where project_no = ${project_no}`
      counts[name] = row?.rows ?? -1
    }
    return counts
  }

  return { ...hub, sql, ask, activate, record, readTrace, numberOf, countRows }
}
