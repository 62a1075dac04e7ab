/**
 * Receives what the hub sends, checks each signature, and prints what happened. Messages that come twice are printed once.
 *
 *   WEBHOOK_SECRET=whsec_… bun examples/webhook-receiver.ts
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

const { WEBHOOK_SECRET = '', PORT = '4000' } = process.env
const MOST_SECONDS_OFF = 300
const MOST_KNOWN = 10_000

const key = Buffer.from(WEBHOOK_SECRET.replace(/^whsec_/, ''), 'base64')
if (key.length === 0)
  throw new Error('Set WEBHOOK_SECRET to the secret that the hub showed with the subscription')

/** Whether one of the signatures is that of the secret, and the message of now. */
function isGenuine(headers: Headers, body: string): boolean {
  const sent_at = headers.get('webhook-timestamp') ?? ''
  if (!(Math.abs(Date.now() / 1000 - Number(sent_at)) <= MOST_SECONDS_OFF)) return false
  const signed = `${headers.get('webhook-id')}.${sent_at}.${body}`
  const wanted = createHmac('sha256', key).update(signed).digest()
  return (headers.get('webhook-signature') ?? '').split(' ').some((one) => {
    const given = Buffer.from(one.replace(/^v1,/, ''), 'base64')
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  })
}

const known = new Set<string>()

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(PORT),
  async fetch(request) {
    const body = await request.text()
    if (request.method !== 'POST' || !isGenuine(request.headers, body)) {
      return new Response('not signed with this secret', { status: 401 })
    }
    const id = request.headers.get('webhook-id') ?? ''
    if (!known.has(id)) console.log(body)
    known.add(id)
    const [oldest] = known
    if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest)
    return new Response(null, { status: 204 })
  },
})

console.log(`listening on ${server.url.href}`)
