import { afterAll, expect, test } from 'bun:test'
import { createConnection } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { spawnService } from '#shared/testing/spawn-service.ts'
import { until } from '#shared/testing/until.ts'

const data_dir = mkdtempSync(join(tmpdir(), 'hub-test-stop-'))
const fresh = await freshDatabase()
afterAll(async () => {
  await fresh.drop()
  rmSync(data_dir, { recursive: true, force: true })
})

const env = { HUB_DATA_DIR: data_dir, DATABASE_URL: fresh.url, HUB_DRAIN_SECONDS: '1' }

const read = async (url: string) => {
  const response = await fetch(url)
  // Both are JSON objects, errors included.
  const { ok, code } = (await response.json()) as { ok?: boolean; code?: string }
  return { status: response.status, said: ok ?? code, connection: response.headers.get('connection') }
}

test.each(['ingest', 'decide', 'query', 'notify', 'ui'] as const)(
  '%s says itself that it lives and is ready; told to end it is not ready, still answers, and ends with 0',
  async (service) => {
    const { url, kill, exited } = await spawnService(service, env)
    for (const path of ['/healthz', '/readyz']) {
      expect(await read(`${url}${path}`)).toMatchObject({ status: 200, said: true })
    }
    kill('SIGTERM')
    await until('it is not ready', async () => (await read(`${url}/readyz`)).status === 503)
    expect(await read(`${url}/readyz`)).toEqual({ status: 503, said: 'starting', connection: 'close' })
    expect(await read(`${url}/healthz`)).toEqual({ status: 200, said: true, connection: 'close' })
    expect(await exited).toBe(0)
  },
)

test('a request whose body is still coming when the process is told to end is answered, and stored', async () => {
  const { url, kill, exited } = await spawnService('ingest', { ...env, HUB_DRAIN_SECONDS: '0' })
  const { port } = new URL(url)
  const trace_id = crypto.randomUUID()
  const body = JSON.stringify({
    trace: { trace_id, status: 'success', start_time: new Date().toISOString() },
  })
  const socket = createConnection({ host: '127.0.0.1', port: Number(port) })
  let answer = ''
  socket.on('data', (part) => void (answer += part.toString()))
  const head = ['POST /api/v1/ingest/traces HTTP/1.1', `host: 127.0.0.1:${port}`, 'x-api-key: dev-key']
  head.push('content-type: application/json', `content-length: ${body.length}`, '', '')
  socket.write(head.join('\r\n') + body.slice(0, 20))
  await Bun.sleep(200)
  kill('SIGTERM')
  await Bun.sleep(300)
  socket.write(body.slice(20))
  await until('it is answered', () => answer.includes('\r\n\r\n'))
  expect(answer).toStartWith('HTTP/1.1 200')
  expect(await exited).toBe(0)
  const stored = await fresh.database.sql`
    select 1 from traces where trace_key = ${trace_id.replaceAll('-', '')}`
  expect(stored).toHaveLength(1)
})

test('with the database away a service lives, is not ready, and is ready by itself when it is back', async () => {
  const gone = await freshDatabase()
  const { url, kill, exited } = await spawnService('query', {
    ...env,
    DATABASE_URL: gone.url,
    HUB_DRAIN_SECONDS: '0',
  })
  const name = new URL(gone.url).pathname.slice(1)
  const rename = async (from: string, to: string) => {
    await fresh.database.sql`
      select pg_terminate_backend(pid) from pg_stat_activity where datname = ${from} and pid <> pg_backend_pid()`
    const { sql } = fresh.database
    await sql`alter database ${sql(from)} rename to ${sql(to)}`
  }
  await gone.database.stop()
  await rename(name, `${name}_away`)
  await until('it is not ready', async () => (await read(`${url}/readyz`)).status === 503)
  expect(await read(`${url}/healthz`)).toMatchObject({ status: 200 })
  await rename(`${name}_away`, name)
  await until('it is ready again', async () => (await read(`${url}/readyz`)).status === 200)
  kill('SIGTERM')
  expect(await exited).toBe(0)
  await gone.drop()
})
