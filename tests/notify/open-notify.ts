import { Webhook } from 'standardwebhooks'
import type { News } from '#shared/events.ts'
import type { OutboundOptions } from '#shared/http/outbound.ts'
import { announce } from '#shared/store/announce.ts'
import { migrate } from '#shared/store/migrate.ts'
import { testApi } from '#shared/testing/api.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { mintProject, type TestProject } from '#shared/testing/project.ts'
import { until } from '#shared/testing/until.ts'
import { decide } from '../../decide/service.ts'
import { ingest } from '../../ingest/service.ts'
import type { NotifyDeps } from '../../notify/deps.ts'
import { openOutside } from '../../notify/open-outside.ts'
import { notify } from '../../notify/service.ts'
import { query } from '../../query/service.ts'
import type { Received } from './receiver.ts'

export const SUBSCRIPTIONS = '/api/v1/subscriptions'

type Json = Record<string, unknown>
type Made = { id: string; secret: string }

/** Distributes over the union, so that event and payload stay together. */
type Untold<N> = N extends News ? Omit<N, 'project_no'> : never

/** The doors, decisions, questions and notifications over a database of their own, whose outbox nobody else empties. */
export async function openNotify({
  outside,
  options,
  env,
  webhook_url,
}: {
  outside?: Partial<Pick<NotifyDeps, 'send' | 'checkUrl' | 'random'>>
  options?: OutboundOptions
  env?: 'production'
  webhook_url?: string
} = {}) {
  const { url, database, drop } = await freshDatabase()
  await migrate(database)
  const base = await testDeps(url)
  const deps = {
    ...base,
    config: { ...base.config, ...(env && { env }), ...(webhook_url && { webhook_url }) },
  }
  const services = [
    await ingest(deps),
    await decide(deps),
    await query(deps),
    await notify(deps, { ...openOutside(deps, options), random: () => 0, ...outside }),
  ]
  const api = testApi(
    deps,
    services.flatMap(({ routes }) => routes),
  )
  const { sql } = deps.database

  /** Sends as the project; the answer's status and JSON. */
  async function send(project: TestProject, method: string, path: string, body?: unknown) {
    const sent = { key: project.key, ...(body === undefined ? {} : { body }) }
    const response = await api.request(method, path, sent)
    // Every answer of the API is a JSON object or a list, errors included.
    return { status: response.status, json: (await response.json()) as Json }
  }

  return {
    ...{ deps, api, sql, send, url },
    mint: async () => mintProject(api.fetch),
    wake: () => deps.bus.publish('outbox.ready.v1', {}),
    /** Makes a subscription and gives its id and its secret. */
    async subscribe(project: TestProject, to: string, more: Json = {}): Promise<Made> {
      const { status, json } = await send(project, 'POST', SUBSCRIPTIONS, { url: to, events: ['*'], ...more })
      if (status !== 200) throw new Error(`${status}: ${JSON.stringify(json)}`)
      // The contract of the answer has both as texts.
      return { id: String(json['id']), secret: String(json['secret']) }
    },
    /** Announces events of a project as a service does: in one transaction, with the notice after it. */
    async tell({ project_id }: TestProject, ...news: Untold<News>[]) {
      const [row] = await sql<{ project_no: number }[]>`
        select project_no from projects where project_id = ${project_id}`
      const { project_no } = row ?? { project_no: 0 }
      await sql.begin(async (tx) =>
        announce(
          tx,
          news.map((one) => ({ ...one, project_no })),
          new Date(deps.clock()),
        ),
      )
      deps.bus.publish('outbox.ready.v1', {})
    },
    /** What the log of a project has, newest first. */
    async log(project: TestProject, search = '') {
      const { json } = await send(project, 'GET', `/api/v1/deliveries${search}`)
      return json['items'] as {
        id: string
        event: string
        state: string
        attempts: number
        last: Json | null
      }[]
    },
    /** Waits until the newest delivery of a project was tried so often, and gives it. */
    async tried(project: TestProject, attempts: number, search = '') {
      const newest = async () => (await this.log(project, search))[0]
      await until(
        `${attempts} attempts are settled`,
        async () => (await newest())?.last?.['attempt'] === attempts,
      )
      return newest()
    },
    async stop() {
      for (const service of services.toReversed()) await service.stop()
      await deps.stop()
      await drop()
    },
  }
}

let last = 0

/** A case that was opened, with an id of its own. */
export const caseOpened = (more: Json = {}) => ({
  event: 'case.opened' as const,
  payload: {
    ...{ case_id: `00000000-0000-4000-8000-${String(++last).padStart(12, '0')}`, trace_id: 'trace-1' },
    ...{ decision_id: null, reason_code: 'PII_FOUND', rule: 'pii', policy: 'support', severity: 'high' },
    ...{ status: 'open', occurrences: 1, assignee: null, created_at: '2026-11-24T06:42:21.836573Z' },
    ...more,
  },
})

/** What the receiver's own library makes of a message: throws for a signature that is not right. */
export const verified = ({ headers, body }: Pick<Received, 'headers' | 'body'>, secret: string) =>
  new Webhook(secret).verify(body, headers) as { type: string; timestamp: string; data: Json }

/** Waits until a hook has got so many requests. */
export const untilReceived = async (hook: { received: () => Received[] }, count: number) => {
  await until(`${count} messages have arrived`, () => hook.received().length >= count)
  return hook.received()
}
