import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { spawnService } from '#shared/testing/spawn-service.ts'

const data_dir = mkdtempSync(join(tmpdir(), 'hub-test-alone-'))
afterAll(() => rmSync(data_dir, { recursive: true, force: true }))

const env = { HUB_DATA_DIR: data_dir }

test.each(['ingest', 'decide', 'query', 'notify'] as const)(
  '%s alone without a database says so in one line',
  async (service) => {
    const { exited, output } = await spawnService(service, env)
    expect(await exited).toBe(1)
    expect(output.err).toBe(
      'DATABASE_URL is not set: a service that runs alone needs the database of all services\n',
    )
  },
)

test.each([
  ['NATS_URL', 'http://127.0.0.1:4222', 'nats:// or tls://'],
  ['REDIS_URL', 'localhost:6379', 'redis:// or rediss://'],
])('%s of another kind stops the start with one line', async (name, url, kinds) => {
  const { exited, output } = await spawnService('query', { ...env, [name]: url })
  expect(await exited).toBe(1)
  expect(output.err).toBe(`${name} must be a URL that starts with ${kinds}\n`)
})

test('the first services over an empty database start together and migrate it once', async () => {
  const database = await freshDatabase()
  const together = { ...env, DATABASE_URL: database.url }
  const services = await Promise.all(
    (['ingest', 'query', 'decide', 'ui'] as const).map((service) => spawnService(service, together)),
  )
  const ready = await Promise.all(services.slice(0, 3).map(({ url }) => fetch(`${url}/api/v1/projects`)))
  // Only ingest has projects, and nobody is let in without a key.
  expect(ready.map(({ status }) => status)).toEqual([401, 404, 404])
  const { applied } = (
    await database.database.sql<{ applied: number }[]>`select count(*)::int as applied from migrations`
  )[0] ?? { applied: 0 }
  expect(applied).toBeGreaterThan(1)
  for (const { kill, exited } of services) {
    kill('SIGTERM')
    expect(await exited).toBe(0)
  }
  await database.drop()
})

test('the pages of development need no database, and say that the API is away until it comes', async () => {
  const { url, exited, kill } = await spawnService('ui', { ...env, BACKEND_URL: 'http://127.0.0.1:9' })
  const page = await fetch(`${url}/projects`)
  expect(page.status).toBe(503)
  expect(page.headers.get('content-type')).toStartWith('text/html')
  kill('SIGTERM')
  expect(await exited).toBe(0)
})
