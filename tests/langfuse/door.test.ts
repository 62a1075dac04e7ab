import { afterAll, expect, test } from 'bun:test'
import { VERSION } from '#shared/version.ts'
import { at, entry, openLangfuse } from './open-langfuse.ts'

const hub = await openLangfuse()
afterAll(hub.stop)
const trace = () => entry('trace-create', 1, { id: crypto.randomUUID(), timestamp: at(1) })

test('the key comes as the secret, whatever the public key is, and another one is 401', async () => {
  const project = await hub.mint()
  expect((await hub.post(project, { batch: [trace()] })).status).toBe(207)
  const wrong = await hub.post({ ...project, key: 'sk-wrong' }, { batch: [trace()] })
  expect(wrong.status).toBe(401)
})

test('the SDK learns that the hub is there, and which project its key is of', async () => {
  const project = await hub.mint()
  const health = await hub.api.request('GET', '/api/public/health')
  expect(await health.json()).toEqual({ status: 'OK', version: VERSION })
  const authorization = `Basic ${btoa(`pk:${project.key}`)}`
  const ask = (headers: Record<string, string>) => hub.api.request('GET', '/api/public/projects', { headers })
  const { data } = (await (await ask({ authorization })).json()) as { data: unknown[] }
  expect(data).toMatchObject([{ id: project.project_id, metadata: {} }])
  expect((await ask({ authorization: `Basic ${btoa('pk:sk-wrong')}` })).status).toBe(401)
})

test('the ledger counts entries as stored, repeated and refused, and a client’s log not at all', async () => {
  const project = await hub.mint()
  const one = trace()
  await hub.send(project, [one, one, { type: 'span-create' }, entry('sdk-log', 1, { log: 'x' })])
  const response = await hub.api.request('GET', '/api/v1/ledger', { key: project.key })
  const { items } = (await response.json()) as { items: unknown[] }
  const counts = { protocol: 'langfuse', received: 3, stored: 1, duplicate: 1, rejected: 1 }
  expect(items).toMatchObject([counts])
})

test('a database that is gone is 503 with Retry-After and JSON for the whole batch', async () => {
  const broken = await openLangfuse()
  const project = await broken.mint()
  expect((await broken.post(project, { batch: [trace()] })).status).toBe(207)
  await broken.deps.database.stop()
  const { status, headers, text } = await broken.post(project, { batch: [trace()] })
  expect(status).toBe(503)
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  expect(JSON.parse(text)).toHaveProperty('code')
})

test('what cannot be stored for a reason that nobody knows is 503 too', async () => {
  const broken = await openLangfuse()
  const project = await broken.mint()
  Object.defineProperty(broken.deps.config, 'body_seconds', {
    get() {
      throw new Error('broken inside')
    },
  })
  const { status, headers, text } = await broken.post(project, { batch: [trace()] })
  expect([status, headers.get('retry-after')]).toEqual([503, '1'])
  expect(text).toContain('not_stored')
  await broken.stop()
})
