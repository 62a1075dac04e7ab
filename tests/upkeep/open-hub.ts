import { jsonLog } from '#shared/log.ts'
import { openDatabase } from '#shared/store/connect.ts'
import { migrate } from '#shared/store/migrate.ts'
import { testApi } from '#shared/testing/api.ts'
import { testDeps, testUrl } from '#shared/testing/deps.ts'
import { mintProject, type TestProject } from '#shared/testing/project.ts'
import { decide } from '../../decide/service.ts'
import { ingest } from '../../ingest/service.ts'
import { query } from '../../query/service.ts'

export const TRACES = '/api/v1/ingest/traces'
export const SPANS = '/api/v1/ingest/spans'
export const RUNS = '/api/v1/ingest/langgraph-runs'
export const EVALS = '/api/v1/evals'

/** A moment some seconds after today's first hour, so that a test never crosses midnight by itself. */
export const at = (seconds: number): string => {
  const today = new Date().toISOString().slice(0, 10)
  return new Date(Date.parse(today) + 3_600_000 + Math.round(seconds * 1000)).toISOString()
}

/** A migrated database of a test file's own: retention drops whole days, which others must not feel. */
async function ownDatabase(): Promise<string> {
  const log = jsonLog()
  const name = `upkeep_${crypto.randomUUID().replaceAll('-', '')}`
  const server = openDatabase(testUrl, log)
  await server.sql`create database ${server.sql(name)}`
  await server.stop()
  const url = new URL(testUrl)
  url.pathname = `/${name}`
  const database = openDatabase(url.href, log)
  await migrate(database)
  await database.stop()
  return url.href
}

type Json = Record<string, unknown>

/** The doors, the questions and the decisions over a database of their own. */
export async function openHub() {
  const deps = await testDeps(await ownDatabase())
  const services = [await ingest(deps), await query(deps), await decide(deps)]
  const api = testApi(
    deps,
    services.flatMap(({ routes }) => routes),
  )

  /** Sends as the project; the answer's status and JSON. */
  async function send(project: TestProject, method: string, path: string, body?: unknown) {
    const response = await api.request(method, path, {
      key: project.key,
      ...(body === undefined ? {} : { body }),
    })
    // Every answer of the API is a JSON object or a list, errors included.
    return { status: response.status, json: (await response.json()) as Json }
  }

  /** Sends to a door and makes sure that it was taken, as often as it takes while the hub is busy. */
  async function tell(project: TestProject, path: string, body: unknown): Promise<Json> {
    for (;;) {
      const { status, json } = await send(project, 'POST', path, body)
      if (status === 200) return json
      if (status !== 503 && status !== 429)
        throw new Error(`POST ${path} gave ${status}: ${JSON.stringify(json)}`)
      await Bun.sleep(20)
    }
  }

  return {
    deps,
    api,
    send,
    tell,
    sql: deps.database.sql,
    mint: async (): Promise<TestProject> => mintProject(api.fetch),
    async stop() {
      for (const service of services) await service.stop()
      await deps.stop()
    },
  }
}

export type Hub = Awaited<ReturnType<typeof openHub>>

let last = 0
export const key = (): string => `key ${++last} ${crypto.randomUUID()}`

/** A span that has ended, as the traces door takes it. */
export const span = (trace_id: string, span_id: string, more: object = {}): Json => ({
  span_id,
  trace_id,
  name: span_id,
  span_type: 'llm',
  start_time: at(1),
  end_time: at(2),
  model: 'gpt-4.1',
  input_tokens: 100,
  output_tokens: 10,
  idempotency_key: key(),
  ...more,
})

export const event = (
  trace_id: string,
  span_id: string,
  event_type: string,
  seconds: number,
  payload: object = {},
): Json => ({
  trace_id,
  span_id,
  event_type,
  event_time: at(seconds),
  payload,
  idempotency_key: key(),
})
