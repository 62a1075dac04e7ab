import { afterAll, expect, test } from 'bun:test'
import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { memoryBus } from '#shared/bus/memory.ts'
import { DEV_KEY } from '#shared/config.ts'
import { openDatabase } from '#shared/store/connect.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { accessApi } from './testing.ts'

const deps = await testDeps()
afterAll(deps.stop)
const unknown_key = ['proj', 'x'.repeat(43)].join('_')

/** A cable to the database that can be pulled. */
async function cable(url: string) {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}))
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const through = new URL(url)
  through.port = String(address && typeof address === 'object' ? address.port : '')
  return {
    url: through.href,
    /** Carries nothing more on what is connected by now, as after a failover; nobody is told. */
    freeze() {
      for (const socket of sockets) socket.unpipe().pause()
    },
    pull() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

test('with the database away an unknown key is 503, never 401', async () => {
  const database = openDatabase('postgres://hub@127.0.0.1:1/hub', deps.log)
  const hub = accessApi({ ...deps, database, bus: memoryBus(deps.log) })
  for (const auth of ['read', 'ingest', 'admin'] as const) {
    const response = await hub.probe(auth, unknown_key)
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await response.json()).toMatchObject({ code: 'storage_unavailable' })
  }
  expect((await hub.request('GET', '/probe/read')).status).toBe(401)
  expect((await hub.probe('admin', DEV_KEY)).status).toBe(200)
  await database.stop()
})

test('a key that was just seen works for a second without the database, then answers 503', async () => {
  const { api_key } = await accessApi(deps).readyProject()
  const line = await cable(deps.config.database_url ?? '')
  const database = openDatabase(line.url, deps.log)
  let time = Date.now()
  const hub = accessApi({ ...deps, database, bus: memoryBus(deps.log), clock: () => time })
  const ask = async () => (await hub.probe('ingest', api_key)).status
  expect(await ask()).toBe(200)

  line.pull()
  time += 999
  expect(await ask()).toBe(200)
  time += 1
  expect(await ask()).toBe(503)
  expect((await hub.probe('ingest', unknown_key)).status).toBe(503)
  await database.stop()
})

test('a database that went silent is 503 after three seconds, and is asked anew on the next request', async () => {
  const { api_key } = await accessApi(deps).readyProject()
  const line = await cable(deps.config.database_url ?? '')
  const database = openDatabase(line.url, deps.log)
  let time = Date.now()
  const hub = accessApi({ ...deps, database, bus: memoryBus(deps.log), clock: () => time })
  expect((await hub.probe('read', api_key)).status).toBe(200)
  line.freeze()
  time += 1000
  expect((await hub.probe('read', api_key)).status).toBe(503)
  expect((await hub.probe('read', api_key)).status).toBe(200)
  line.pull()
  await database.stop()
})
