import type { TSchema } from '@sinclair/typebox'
import type { Endpoint, Input } from '#shared/contract/endpoint.ts'
import { call } from '#shared/http/call.ts'
import { testApi } from '#shared/testing/api.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { mintProject, type TestProject } from '#shared/testing/project.ts'
import { ingest } from '../../ingest/service.ts'
import { query } from '../../query/service.ts'

/** Times of a test, counted from an hour of its own so that all lie within the last day. */
const HOUR_AGO = Math.floor(Date.now() / 1000 - 3600) * 1000

/** RFC 3339, some seconds into the last hour; microseconds are kept. */
export const at = (seconds: number): string => {
  const micros = Math.round(seconds * 1e6)
  const iso = new Date(HOUR_AGO + Math.floor(micros / 1000)).toISOString()
  return `${iso.slice(0, -1)}${String(micros % 1000).padStart(3, '0')}Z`
}

/** The same as the hub shows it: three decimals where they are enough. */
export const shown = (seconds: number): string => at(seconds).replace(/000Z$/, 'Z')

/** The doors and the questions over one database: what a test tells the one, it asks of the other. */
export async function openHub() {
  const deps = await testDeps()
  const services = [await ingest(deps), await query(deps)]
  const api = testApi(
    deps,
    services.flatMap(({ routes }) => routes),
  )
  const mint = (): Promise<TestProject> => mintProject(api.fetch)

  /** Asks by the contract, so that the answer has its type. */
  const ask = <P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
    project: TestProject,
    endpoint: Endpoint<P, Q, B, R>,
    input: Partial<Input<Endpoint<P, Q, B, R>>> = {},
  ) => call(api.fetch, 'http://localhost', endpoint, input, { 'x-api-key': project.key })

  /** Sends to a door and makes sure that every item was taken. */
  async function tell(project: TestProject, path: string, body: unknown): Promise<void> {
    const response = await api.request('POST', `/api/v1${path}`, { key: project.key, body })
    const answer = await response.text()
    const refused = /"rejected":\[\{/.test(answer)
    if (!response.ok || refused) throw new Error(`POST ${path} gave ${response.status}: ${answer}`)
  }

  async function stop() {
    for (const service of services) await service.stop()
    await deps.stop()
  }

  return { deps, api, mint, ask, tell, stop }
}
