import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listCases } from '#shared/contract/cases.ts'
import { getDecision } from '#shared/contract/decide.ts'
import { ENDPOINTS } from '#shared/contract/index.ts'
import { createPolicy } from '#shared/contract/policies.ts'
import { createProject, rotateKey } from '#shared/contract/projects.ts'
import { createSubscription } from '#shared/contract/subscriptions.ts'
import { getTrace } from '#shared/contract/traces.ts'
import { call } from '#shared/http/call.ts'
import { openClient } from '#shared/store/connect.ts'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { until } from '#shared/testing/until.ts'
import { LLMTraceClient } from '../../sdk/typescript/src/index.ts'
import { openReceiver } from '../notify/receiver.ts'
import { readCompose } from './compose-file.ts'
import { rehearse } from './rehearse.ts'

const HOUSE = join(import.meta.dir, '../..')
const ADMIN = { 'x-api-key': 'dev-key' }
/** How many connections one process of a service may hold; docs/operate.md adds them up. */
const BUDGET = { ingest: 17, decide: 14, query: 11, notify: 11, ui: 10 }

suiteThatNeeds('nats', 'the rehearsal of compose.yaml', () =>
  suiteThatNeeds('redis', 'the rehearsal of compose.yaml', rehearsal),
)

function rehearsal() {
  let stack: Awaited<ReturnType<typeof rehearse>>
  const receiver = openReceiver()

  beforeAll(async () => {
    const compose = readCompose(readFileSync(join(HOUSE, 'compose.yaml'), 'utf8'), {})
    const caddyfile = readFileSync(join(HOUSE, 'Caddyfile'), 'utf8')
    stack = await rehearse(compose, caddyfile, { ingest: 2, decide: 2, notify: 2 })
  }, 90_000)

  afterAll(async () => {
    await stack.stop()
    await receiver.stop()
  }, 30_000)

  async function newProject(name: string) {
    const { id } = await call(fetch, stack.api, createProject, { body: { name } }, ADMIN)
    const { api_key } = await call(fetch, stack.api, rotateKey, { params: { project_id: id } }, ADMIN)
    return { id, api_key, key: { 'x-api-key': api_key } }
  }

  /** An answer that must not go out, from an app with the SDK. */
  async function guardOne(api_key: string) {
    const client = new LLMTraceClient({ baseUrl: stack.api, apiKey: api_key, exitTimeoutMs: 0 })
    let traceId = ''
    const guarded = await client.trace('support', { input: 'What is my ssn?' }, async (trace) => {
      ;({ traceId } = trace)
      return client.guard('Your ssn is on file.', { input: 'What is my ssn?', timeoutMs: 5000 })
    })
    await client.flush()
    return { traceId, guarded }
  }

  test('the migrate job ends well, and the roles are made', () => {
    expect(stack.migrated.out).toContain('hub_ingest, hub_decide, hub_query, hub_notify, hub_ui')
  })

  test('SDK, ingestion, decision, case, webhook and page: the journey over two of each', async () => {
    const project = await newProject('rehearsed')
    const hook = receiver.hook()
    const body = { url: hook.url, events: ['case.opened' as const] }
    await call(fetch, stack.api, createSubscription, { body }, project.key)
    const { traceId, guarded } = await guardOne(project.api_key)
    expect(guarded).toMatchObject({ action: 'ESCALATE', unavailable: null })
    const { trace } = await call(fetch, stack.api, getTrace, { params: { trace_id: traceId } }, project.key)
    expect(trace).toMatchObject({ name: 'support', decision: { action: 'ESCALATE' } })
    const { items } = await call(fetch, stack.api, listCases, {}, project.key)
    expect(items).toHaveLength(1)
    const case_id = items[0]?.id ?? ''
    await until('the webhook came', () => hook.received().length > 0)
    expect(hook.received().map(({ body: text }) => text.includes(case_id))).toEqual([true])
    for (const path of [`/traces/${traceId}`, `/cases/${case_id}`]) {
      const page = await fetch(`${stack.ui}${path}?project_id=${project.id}`)
      expect(page.status).toBe(200)
      expect(await page.text()).toContain(case_id)
    }
  })

  test('each of two processes decides, and both say the same of a decision', async () => {
    const project = await newProject('both')
    const decided = await Promise.all(Array.from({ length: 6 }, () => guardOne(project.api_key)))
    expect(decided.map(({ guarded }) => guarded.action)).toEqual(Array.from({ length: 6 }, () => 'ESCALATE'))
    const { trace } = await call(
      fetch,
      stack.api,
      getTrace,
      { params: { trace_id: decided[0]?.traceId ?? '' } },
      project.key,
    )
    const decision_id = String(trace.decision?.['decision_id'])
    for (const { url } of stack.replicas.filter(({ service }) => service === 'decide')) {
      const found = await call(fetch, url, getDecision, { params: { decision_id } }, project.key)
      expect(found.decision).toMatchObject({ id: decision_id, action: 'ESCALATE' })
    }
  })

  test('every operation of the API is answered by the hub itself, none by the gateway or by nobody', async () => {
    const answers = await Promise.all(
      ENDPOINTS.map(async ({ method, path }) => {
        const target = `${stack.api}${path.replaceAll(/:\w+/g, 'none')}`
        const response = await fetch(target, { method, ...(method === 'GET' ? {} : { body: '{}' }) })
        // What no service has is told 404 `not_found`, which nobody who has the operation says without a key.
        const { code } = (await response.json().catch(() => ({}))) as { code?: string }
        return { operation: `${method} ${path}`, status: response.status, code }
      }),
    )
    const bad = answers.filter(
      ({ operation, status, code }) =>
        status >= 500 || status === 405 || (code === 'not_found' && !operation.includes('/swagger/assets')),
    )
    expect(bad).toEqual([])
  })

  test('what people and apps do every day works under the roles of the services', async () => {
    const project = await newProject('everyday')
    await guardOne(project.api_key)
    const ask = async (
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = project.key,
    ) => {
      const sent =
        body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }
      const response = await fetch(`${stack.api}/api/v1${path}`, { method, headers, ...sent })
      // Every answer of the API is JSON: an object, or a list of them.
      const json = (await response.json()) as Record<string, unknown>
      if (response.status !== 200)
        throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(json)}`)
      return json
    }
    const idIn = (json: Record<string, unknown>): string => String(json['id'])
    const definition = {
      version: 2,
      rules: [{ id: 'stop', when: 'request.kind == "stop"', then: 'BLOCK', case: true }],
    }
    const { policy_id } = (
      await call(fetch, stack.api, createPolicy, { body: { name: 'p', definition } }, project.key)
    ).version
    await ask('POST', `/policies/${policy_id}/activate?version=1`)
    await ask('POST', `/policies/${policy_id}/deactivate`)
    const { items: cases } = await call(fetch, stack.api, listCases, {}, project.key)
    const case_id = cases[0]?.id ?? ''
    for (const [act, body] of [
      ['comment', { comment: 'seen' }],
      ['assign', { assignee: 'ada' }],
      ['ack', {}],
      ['resolve', { outcome: 'true_positive' }],
      ['reopen', {}],
    ] as const) {
      await ask('POST', `/cases/${case_id}/${act}`, body)
    }
    await ask('GET', `/cases/${case_id}/history`)
    const hook = receiver.hook()
    const told = idIn(await ask('POST', '/subscriptions', { url: hook.url, events: ['*'] }))
    await ask('POST', `/subscriptions/${told}/test`, {})
    await ask('POST', `/subscriptions/${told}/rotate-secret`, {})
    await until('the test came', () => hook.received().length > 0)
    await ask('GET', '/deliveries')
    await ask('DELETE', `/subscriptions/${told}`)
    const watch = { name: 'a', metric: 'error_rate', threshold: 5, window_minutes: 5, severity: 'low' }
    await ask('DELETE', `/alerts/${idIn(await ask('POST', '/alerts', watch))}`)
    const own = `/projects/${project.id}`
    const further = idIn(await ask('POST', `${own}/keys`, { name: 'k' }, ADMIN))
    await ask('DELETE', `${own}/keys/${further}`, undefined, ADMIN)
    await ask('GET', `${own}/current-key`, undefined, ADMIN)
    await ask(
      'PUT',
      `${own}/settings`,
      { retention_days: 3, masking: { detectors: ['email'], keys: [] } },
      ADMIN,
    )
    for (const path of [
      '/traces?filter=status%3Aerror',
      '/traces/stats/overview',
      '/traces/stats/series',
      '/sessions',
    ]) {
      await ask('GET', path)
    }
    for (const path of [
      '/users',
      '/evals',
      '/evals/trend',
      '/ledger',
      '/decisions',
      '/cases/stats',
      '/policies',
    ]) {
      await ask('GET', path)
    }
    await ask('GET', '/audit', undefined, ADMIN)
    await ask('POST', `${own}/deactivate`, {}, ADMIN)
  })

  test('no service did what its role may not do, and none holds more connections than its budget', async () => {
    const admin = openClient(stack.database_url, 'counter', { max: 1 })
    const rows = await admin<{ role: string; held: number }[]>`
      select usename as role, count(*)::int as held from pg_stat_activity
      where usename like 'hub\\_%' group by 1`
    await admin.end({ timeout: 1 })
    const held = Object.fromEntries(rows.map((row) => [row.role.slice(4), row.held]))
    for (const [service, most] of Object.entries(BUDGET)) {
      const processes = stack.replicas.filter((one) => one.service === service).length
      expect(held[service] ?? 0).toBeLessThanOrEqual(most * processes)
    }
    const denied = stack.replicas.filter(({ output }) => output.err.includes('permission denied'))
    expect(denied.map(({ service, output }) => [service, output.err])).toEqual([])
  })

  test('under load each service is replaced without a request that a client could not repeat with success', async () => {
    const project = await newProject('rolling')
    let sending = true
    let sent = 0
    const failed: string[] = []
    const worker = async () => {
      const client = new LLMTraceClient({
        baseUrl: stack.api,
        apiKey: project.api_key,
        exitTimeoutMs: 0,
        onDrop: (drop) => void failed.push(drop.detail),
      })
      while (sending) {
        await client.trace('load', {}, async () => Bun.sleep(20))
        sent++
      }
      await client.flush({ timeoutMs: 30_000 })
      expect(client.stats()).toMatchObject({ dropped: 0, rejected: 0, pending: 0 })
    }
    const workers = Array.from({ length: 4 }, worker)
    const codes: Record<string, number> = {}
    for (const service of ['ingest', 'query', 'decide', 'notify']) {
      const one = stack.replicas.find((replica) => replica.service === service)
      if (one) codes[service] = await stack.restart(one)
    }
    sending = false
    await Promise.all(workers)
    expect(codes).toEqual({ ingest: 0, query: 0, decide: 0, notify: 0 })
    expect(failed).toEqual([])
    const admin = openClient(stack.database_url, 'counter', { max: 1 })
    const [row] = await admin<[{ traces: number }]>`
      select count(*)::int as traces from traces t join projects p using (project_no)
      where p.project_id = ${project.id} and t.status = 1`
    await admin.end({ timeout: 1 })
    expect(row.traces).toBe(sent)
  }, 60_000)
}
