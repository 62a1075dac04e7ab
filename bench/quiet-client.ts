import { makeBody } from './body.ts'

/** A client in a process of its own, so that what it measures is not the noise of the load beside it. */
const [url = '', key = '', seconds = '5'] = process.argv.slice(2)
const EVERY_MS = 50
const SPANS = 20
const TEXT_BYTES = 2000

const waits: number[] = []
const statuses: Record<string, number> = {}

async function send(body: string): Promise<void> {
  const sent = performance.now()
  const response = await fetch(`${url}/api/v1/ingest/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body,
  })
  await response.arrayBuffer()
  statuses[response.status] = (statuses[response.status] ?? 0) + 1
  if (response.status === 200) waits.push(performance.now() - sent)
}

const count = (Number(seconds) * 1000) / EVERY_MS
const bodies = Array.from({ length: count }, () => JSON.stringify(makeBody(SPANS, TEXT_BYTES)))
const started = performance.now()
const sent = bodies.map(async (body, index) => {
  await Bun.sleep(Math.max(0, started + index * EVERY_MS - performance.now()))
  await send(body)
})
await Promise.all(sent)
process.stdout.write(JSON.stringify({ waits, statuses }))
