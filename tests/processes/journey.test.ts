import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { decide } from '#shared/contract/decide.ts'
import { ingestTraces } from '#shared/contract/ingest.ts'
import { createKey, createProject, revokeKey, rotateKey } from '#shared/contract/projects.ts'
import { getTrace, overview } from '#shared/contract/traces.ts'
import { call } from '#shared/http/call.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { testNats, testRedis } from '#shared/testing/server.ts'
import { until } from '#shared/testing/until.ts'
import { openGateway } from '#shared/testing/open-gateway.ts'
import { spawnService, type SpawnedService } from '#shared/testing/spawn-service.ts'

const ADMIN = { 'x-api-key': 'dev-key' }
/** Shorter than a key is remembered without a notice. */
const AT_ONCE_MS = 500
/** How long it is remembered, and what a busy machine adds. */
const A_SECOND_MS = 1500

suiteThatNeeds('nats', 'the journey across processes', () =>
  suiteThatNeeds('redis', 'the journey across processes', journeys),
)

function journeys() {
  const data_dir = mkdtempSync(join(tmpdir(), 'hub-test-processes-'))
  const [nats, redis] = [testNats(), testRedis()]
  const ends: (() => unknown)[] = [
    nats.stop,
    redis.stop,
    () => rmSync(data_dir, { recursive: true, force: true }),
  ]
  let services: Record<'ingest' | 'decide' | 'query' | 'ui', SpawnedService>
  let api = ''

  beforeAll(async () => {
    const database = await freshDatabase()
    ends.push(database.drop)
    await Promise.all([nats.start(), redis.start()])
    const env = {
      HUB_DATA_DIR: data_dir,
      DATABASE_URL: database.url,
      NATS_URL: nats.url,
      REDIS_URL: redis.url,
    }
    // The pages start first: the API may come later.
    const gateway = openGateway()
    ends.push(gateway.stop)
    const [ingest, deciding, query, ui] = await Promise.all([
      spawnService('ingest', env),
      spawnService('decide', env),
      spawnService('query', env),
      spawnService('ui', { HUB_DATA_DIR: data_dir, BACKEND_URL: gateway.url }),
    ])
    services = { ingest, decide: deciding, query, ui }
    gateway.leadTo({ ingest: ingest.url, decide: deciding.url, query: query.url })
    api = gateway.url
  }, 60_000)

  afterAll(async () => {
    for (const service of Object.values(services)) service.kill('SIGTERM')
    await Promise.all(Object.values(services).map(({ exited }) => exited))
    for (const end of ends.toReversed()) await end()
  }, 30_000)

  /** Makes a project, sends a trace to one process, has it decided on by another, finds both by a third and on a page. */
  async function travel(name: string) {
    const { id } = await call(fetch, api, createProject, { body: { name } }, ADMIN)
    const { api_key } = await call(fetch, api, rotateKey, { params: { project_id: id } }, ADMIN)
    const key = { 'x-api-key': api_key }
    const trace_id = crypto.randomUUID()
    const trace = { trace_id, name: `${name} 환불`, status: 'success', start_time: new Date().toISOString() }
    const sent = await call(fetch, services.ingest.url, ingestTraces, { body: { trace } }, key)
    expect(sent.rejected).toEqual([])
    const body = { idempotency_key: trace_id, trace_id, input: 'my ssn', output: 'is on file' }
    const { decision } = await call(fetch, services.decide.url, decide, { body }, key)
    const found = await call(fetch, services.query.url, getTrace, { params: { trace_id } }, key)
    expect(found.trace).toMatchObject({ name: trace.name, status: 'success' })
    expect(found.trace.decision).toMatchObject({ decision_id: decision.id, action: 'ESCALATE' })
    const page = await fetch(`${services.ui.url}/traces/${trace_id}?project_id=${id}`)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain(trace.name)
    const counted = await call(fetch, services.query.url, overview, {}, key)
    expect(counted.totals.total_traces).toBe(1)
    return { project_id: id, key }
  }

  /** How long a key goes on reading after it was revoked, from the moment its revocation was answered. */
  async function outlives(project_id: string): Promise<number> {
    const body = { name: 'agent', scope: 'read' as const }
    const made = await call(fetch, api, createKey, { params: { project_id }, body }, ADMIN)
    const read = () =>
      fetch(`${services.query.url}/api/v1/traces`, { headers: { 'x-api-key': made.api_key } })
    expect((await read()).status).toBe(200)
    await call(fetch, api, revokeKey, { params: { project_id, key_id: made.id } }, ADMIN)
    return until('the key is refused', async () => (await read()).status === 401)
  }

  /** Waits until some services have told something anew since this was called. */
  function telling(message: string, ...tellers: SpawnedService[]) {
    const before = tellers.map(({ told }) => told(message))
    return async () =>
      until(message, () => tellers.every(({ told }, at) => told(message) > (before[at] ?? 0)))
  }

  test('a project, a trace, its page and its end travel over four processes; a revoked key ends at once', async () => {
    const { project_id } = await travel('all there')
    expect(await outlives(project_id)).toBeLessThan(AT_ONCE_MS)
    expect(readdirSync(data_dir)).toEqual(['secret-key'])
  })

  test('processes share in Redis what a dashboard has just counted', async () => {
    const { project_id, key } = await travel('shared')
    const client = new Redis(redis.url)
    await until('the count is in Redis', async () => {
      await call(fetch, services.query.url, overview, {}, key)
      return (await client.keys(`hub:overview.v1:${project_id}:*`)).length === 1
    })
    client.disconnect()
  })

  test('with NATS and Redis killed the same journey works, and a revoked key ends within a second', async () => {
    const nats_gone = telling('NATS went away', services.ingest, services.query)
    const redis_gone = telling('Redis is away', services.query)
    await Promise.all([nats.kill(), redis.kill()])
    const { project_id } = await travel('both away')
    expect(await outlives(project_id)).toBeLessThan(A_SECOND_MS)
    await nats_gone()
    await redis_gone()
    expect(Object.values(services).filter(({ hasExited }) => hasExited())).toEqual([])
  })

  test('with NATS and Redis back it is as before, by itself', async () => {
    const nats_found = telling('NATS is back', services.ingest, services.query)
    const redis_found = telling('Redis is back', services.query)
    await Promise.all([nats.start(), redis.start()])
    await nats_found()
    await redis_found()
    const { project_id } = await travel('all back')
    expect(await outlives(project_id)).toBeLessThan(AT_ONCE_MS)
  })

  test('with Redis and NATS hanging nothing waits for them', async () => {
    for (const server of [nats, redis]) server.freeze()
    const before = performance.now()
    const { project_id } = await travel('both hang')
    expect(performance.now() - before).toBeLessThan(2000)
    expect(await outlives(project_id)).toBeLessThan(A_SECOND_MS)
    for (const server of [nats, redis]) server.thaw()
  })

  test('none of this was a failed request, and SIGTERM ends each with 0', async () => {
    for (const { told, kill, exited } of Object.values(services)) {
      expect(told('request failed')).toBe(0)
      expect(told('a page could not be shown')).toBe(0)
      kill('SIGTERM')
      expect(await exited).toBe(0)
    }
  })
}
