import { expect, test } from 'bun:test'
import { hubDataDir, spawnHub } from '#shared/testing/spawn-hub.ts'
import { sendUntil } from './client.ts'

const CLIENTS = 8
const KILLS = [
  'hub',
  'postgres',
  'hub',
  'postgres',
  'hub',
  'postgres',
  'hub',
  'postgres',
  'hub',
  'postgres',
] as const
const BETWEEN_MS = 1200

async function read(base: string, path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${base}${path}`, { headers: { 'x-api-key': 'dev-key' } })
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, unknown>
}

async function waitUntilReady(base: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const ready = await fetch(`${base}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready) return
    await Bun.sleep(100)
  }
  throw new Error('the hub did not become ready')
}

test('kill -9 of hub and of Postgres under load, five times each: what was acknowledged is stored, once', async () => {
  const data_dir = hubDataDir()
  let hub = await spawnHub({ data_dir })
  const { api } = hub
  const ports = { HUB_API_PORT: new URL(hub.api).port, HUB_UI_PORT: new URL(hub.ui).port }
  let ended = false
  let stopped = false
  const clients = Promise.all(Array.from({ length: CLIENTS }, () => sendUntil(api, () => stopped)))
  for (const victim of KILLS) {
    await Bun.sleep(BETWEEN_MS)
    if (victim === 'hub') {
      hub.kill('SIGKILL')
      await hub.exited
      hub = await spawnHub({ data_dir, env: ports })
      ended = false
      void hub.exited.then(() => (ended = true))
    } else {
      const before = hub.postgresPid() ?? 0
      process.kill(before, 'SIGKILL')
      while (hub.postgresPid() === before) await Bun.sleep(20)
      await waitUntilReady(api)
      // The hub's own process has survived and has started Postgres again.
      expect(ended).toBe(false)
    }
    await waitUntilReady(api)
  }
  stopped = true
  const ledgers = await clients
  for (const { trace_id, sent, acked } of ledgers) {
    const { trace, spans } = (await read(api, `/api/v1/traces/${trace_id}?spans=tree`)) as {
      trace: Record<string, number>
      spans: { id: string }[]
    }
    const stored = spans.map(({ id }) => id)
    expect(new Set(stored).size).toBe(stored.length)
    expect([...acked].filter((id) => !stored.includes(id))).toEqual([])
    expect(stored.filter((id) => !sent.has(id))).toEqual([])
    expect(trace).toMatchObject({ total_spans: stored.length, input_tokens: stored.length * 3 })
  }
  const { items } = (await read(api, '/api/v1/ledger')) as { items: Record<string, number>[] }
  for (const { received, stored = 0, duplicate = 0, rejected } of items) {
    expect(stored + duplicate).toBe(received ?? 0)
    expect(rejected).toBe(0)
  }
  const total = (set: 'acked') => ledgers.reduce((sum, ledger) => sum + ledger[set].size, 0)
  expect(total('acked')).toBe(items.reduce((sum, { stored = 0 }) => sum + stored, 0))
}, 180_000)
