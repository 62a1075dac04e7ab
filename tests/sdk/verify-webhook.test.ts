import { expect, test } from 'bun:test'
import { verifyWebhook, WebhookError } from '../../sdk/typescript/src/index.ts'

const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
const OTHER = `whsec_${Buffer.from('another secret of twenty-four').toString('base64')}`
const NOW = Date.parse('2026-02-07T10:00:00Z')
const BODY = '{"type":"case.opened","data":{"여": "예"}}'

function sign(body = BODY, secret = SECRET, seconds = NOW / 1000) {
  const key = Buffer.from(secret.slice(6), 'base64')
  const mac = new Bun.CryptoHasher('sha256', key).update(`msg_1.${seconds}.${body}`).digest('base64')
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${mac}` }
}

const verify = (headers: Record<string, string>, more: object = {}) =>
  verifyWebhook({ body: BODY, headers, secret: SECRET, now: NOW, ...more })

const codeOf = async (run: Promise<unknown>) => {
  const error: unknown = await run.catch((reason: unknown) => reason)
  return error instanceof WebhookError ? error.code : error
}

test('a signed webhook gives its body; as bytes, with Headers, in any case of names', async () => {
  const headers = sign()
  expect(await verify(headers)).toMatchObject({ type: 'case.opened' })
  expect(
    await verifyWebhook({ body: Buffer.from(BODY), headers: new Headers(headers), secret: SECRET, now: NOW }),
  ).toMatchObject({
    type: 'case.opened',
  })
  const shouted = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
  )
  expect(await verify(shouted)).toMatchObject({ type: 'case.opened' })
})

test('while a secret is rotated either of two fits, on both sides', async () => {
  expect(await verify(sign(), { secret: [OTHER, SECRET] })).toBeDefined()
  const two = `v1,AAAA v2,x ${sign()['webhook-signature']}`
  expect(await verify({ ...sign(), 'webhook-signature': two })).toBeDefined()
})

test('what is not signed with the secret is refused, each for its own reason', async () => {
  expect(await codeOf(verify(sign(), { body: `${BODY} ` }))).toBe('bad_signature')
  expect(await codeOf(verify(sign(BODY, OTHER)))).toBe('bad_signature')
  expect(await codeOf(verify({ ...sign(), 'webhook-id': 'msg_2' }))).toBe('bad_signature')
  expect(await codeOf(verify({ ...sign(), 'webhook-signature': 'v1,%%%' }))).toBe('bad_signature')
  expect(await codeOf(verify(sign(BODY, SECRET, NOW / 1000 - 301)))).toBe('bad_timestamp')
  expect(await codeOf(verify(sign(BODY, SECRET, NOW / 1000 + 301)))).toBe('bad_timestamp')
  expect(await codeOf(verify({ ...sign(), 'webhook-timestamp': 'NaN' }))).toBe('bad_timestamp')
  expect(await codeOf(verify({ 'webhook-id': 'a' }))).toBe('missing_header')
  expect(await codeOf(verify(sign(), { secret: 'whsec_***' }))).toBe('bad_secret')
  expect(await codeOf(verifyWebhook({ body: 'x', headers: sign('x'), secret: SECRET, now: NOW }))).toBe(
    'malformed_json',
  )
})
