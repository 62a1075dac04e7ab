import { afterAll, expect, test } from 'bun:test'
import { heapStats } from 'bun:jsc'
import { testHub } from '#shared/testing/hub.ts'
import { ingest } from '../../ingest/service.ts'

const hub = await testHub([ingest])
afterAll(hub.stop)

const REQUESTS = 200
const SPANS = 20
/** A lane that kept what it has committed grew by 9 MB here. */
const SLACK_BYTES = 6_000_000

async function heapAfter(project: Awaited<ReturnType<typeof hub.mint>>): Promise<number> {
  const start_time = new Date().toISOString()
  for (let sent = 0; sent < REQUESTS; sent += 10) {
    const answers = Array.from({ length: 10 }, () => {
      const trace_id = crypto.randomUUID()
      const spans = Array.from({ length: SPANS }, () => {
        const span_id = crypto.randomUUID()
        return {
          span_id,
          trace_id,
          name: 'n',
          start_time,
          input: 'word '.repeat(300),
          idempotency_key: span_id,
        }
      })
      return hub.send(project, 'POST', '/api/v1/ingest/traces', { trace: { trace_id, start_time }, spans })
    })
    for (const { status } of await Promise.all(answers)) expect(status).toBe(200)
  }
  for (let pass = 0; pass < 3; pass++) {
    Bun.gc(true)
    await Bun.sleep(50)
  }
  return heapStats().heapSize
}

test('what has been committed is not kept in memory', async () => {
  const project = await hub.mint()
  await heapAfter(project)
  const before = await heapAfter(project)
  expect((await heapAfter(project)) - before).toBeLessThan(SLACK_BYTES)
}, 60_000)
