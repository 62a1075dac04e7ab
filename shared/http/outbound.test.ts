import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../testing/server.ts'
import { addressGuard } from './guard-address.ts'
import { outbound, OutboundError, type Outbound, type OutboundRequest } from './outbound.ts'

const DEV = { env: 'development', outbound_allow: [] as string[] } as const
const PRODUCTION = { env: 'production', outbound_allow: [] as string[] } as const
const stops: (() => void)[] = []
afterAll(() => {
  for (const stop of stops) stop()
})

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  stops.push(() => server.close())
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return address.port
}
const serve = async (handler: Handler): Promise<number> => listen(http.createServer(handler))

const request = (url: string, more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  url,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"a":1}',
  timeout_ms: 3000,
  most_bytes: 10_000,
  ...more,
})
async function codeOf(client: Outbound, asked: OutboundRequest): Promise<string> {
  try {
    return String((await client(asked)).status)
  } catch (cause) {
    return cause instanceof OutboundError ? cause.code : String(cause)
  }
}
const named = (address: string) => async () => [{ address, family: address.includes(':') ? 6 : 4 }]

test('a request arrives with its body and headers, and the answer comes back whole', async () => {
  const port = await serve((asked, answer) => {
    let body = ''
    asked.on('data', (part) => (body += String(part)))
    asked.on('end', () =>
      answer.writeHead(201, { 'x-kind': asked.headers['x-own'] ?? '' }).end(`got ${body}`),
    )
  })
  const headers = { 'x-own': 'yes' }
  const answer = await outbound(DEV)(request(`http://127.0.0.1:${port}/x`, { headers }))
  expect(answer.status).toBe(201)
  expect(answer.headers['x-kind']).toBe('yes')
  expect(new TextDecoder().decode(answer.body)).toBe('got {"a":1}')
})

const BLOCKED = [
  ...['10.0.0.1', '172.16.9.1', '192.168.1.1', '127.0.0.1', '127.9.9.9', '0.0.0.0', '0.1.2.3', '100.64.0.1'],
  ...['169.254.169.254', '168.63.129.16', '100.100.100.200', '192.0.0.192', '198.18.0.1', '192.0.2.1'],
  ...['224.0.0.1', '240.0.0.1', '255.255.255.255'],
  ...[
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::127.0.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
  ],
  ...[
    'fd00:ec2::254',
    'fec0::1',
    'ff02::1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::',
    '2001::1',
  ],
  ...['2001:db8::1', '100::1', '5f00::1', 'not an address', ''],
]
test('no address is reached that is not public', () => {
  const isAllowed = addressGuard([])
  expect(BLOCKED.filter((address) => isAllowed(address))).toEqual([])
  const reached = ['1.1.1.1', '93.184.215.14', '2606:4700:4700::1111', '::ffff:1.1.1.1']
  expect(reached.filter((address) => !isAllowed(address))).toEqual([])
})

test('the networks of the operator are reached, and none beside them', () => {
  const isAllowed = addressGuard(['10.1.0.0/16', 'fd00::/8', '192.168.7.7'])
  const reached = ['10.1.2.3', '::ffff:10.1.2.3', 'fd12::1', '192.168.7.7']
  expect(reached.filter((address) => !isAllowed(address))).toEqual([])
  expect(['10.2.0.1', '192.168.7.8', '127.0.0.1', 'fe80::1'].filter((address) => isAllowed(address))).toEqual(
    [],
  )
})

test('in production loopback is refused, however it is written, and nobody is connected to', async () => {
  let reached = 0
  const port = await serve((_, answer) => {
    reached++
    answer.end()
  })
  const client = outbound(PRODUCTION)
  for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', '127.1', '[::1]', '[::ffff:7f00:1]'])
    expect([host, await codeOf(client, request(`http://${host}:${port}/`))]).toEqual([
      host,
      'blocked_address',
    ])
  expect(await codeOf(client, request(`http://localhost:${port}/`))).toBe('blocked_address')
  expect(reached).toBe(0)
})

test('a name with one address that is not public is refused whole', async () => {
  const resolve = async () => [
    { address: '1.1.1.1', family: 4 },
    { address: '10.0.0.1', family: 4 },
  ]
  expect(await codeOf(outbound(PRODUCTION, { resolve }), request('http://two.test/'))).toBe('blocked_address')
})

test('a name that changes after it was checked changes nothing: the checked address is the one connected to', async () => {
  const port = await serve((asked, answer) => answer.end(asked.headers.host))
  let asked = 0
  const resolve = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '10.0.0.1', family: 4 }]
  const answer = await outbound(DEV, { resolve })(request(`http://rebound.test:${port}/`))
  expect(new TextDecoder().decode(answer.body)).toBe(`rebound.test:${port}`)
  expect(asked).toBe(1)
  expect(await codeOf(outbound(DEV, { resolve }), request(`http://rebound.test:${port}/`))).toBe(
    'blocked_address',
  )
})

test('a redirect is an answer, and where it points nobody goes', async () => {
  let followed = 0
  const inside = await serve((_, answer) => {
    followed++
    answer.end()
  })
  const port = await serve((_, answer) =>
    answer.writeHead(307, { location: `http://127.0.0.1:${inside}/` }).end(),
  )
  expect(await codeOf(outbound(DEV), request(`http://127.0.0.1:${port}/`))).toBe('307')
  expect(followed).toBe(0)
})

test('an answer longer than allowed is cut off, whether or not its length was said', async () => {
  const long = 'x'.repeat(20_000)
  const said = await serve((_, answer) => answer.writeHead(200, { 'content-length': long.length }).end(long))
  const endless = await serve((_, answer) => {
    const more = () => answer.writable && answer.write('y'.repeat(4096), () => setImmediate(more))
    more()
  })
  for (const port of [said, endless])
    expect(await codeOf(outbound(DEV), request(`http://127.0.0.1:${port}/`))).toBe('too_large')
})

test('the time bounds headers that never come, bytes that drip, and a name that nobody answers', async () => {
  const silent = await serve(() => undefined)
  const dripping = await serve((_, answer) => {
    const timer = setInterval(() => answer.write('.'), 20)
    answer.on('close', () => clearInterval(timer))
  })
  const short = { timeout_ms: 150 }
  for (const port of [silent, dripping])
    expect(await codeOf(outbound(DEV), request(`http://127.0.0.1:${port}/`, short))).toBe('timeout')
  const resolve = async () => new Promise<never>(() => undefined)
  expect(await codeOf(outbound(DEV, { resolve }), request('http://slow.test/', short))).toBe('timeout')
})

test('who no longer waits ends the request', async () => {
  const stop = new AbortController()
  let closed: () => void = () => undefined
  const gone = new Promise<void>((done) => (closed = done))
  const port = await serve((_, answer) => {
    answer.on('close', closed)
    stop.abort()
  })
  const asked = request(`http://127.0.0.1:${port}/`, { signal: stop.signal })
  expect(await codeOf(outbound(DEV), asked)).toBe('aborted')
  await gone
  expect(await codeOf(outbound(DEV), asked)).toBe('aborted')
})

test('each failure has its name', async () => {
  const cut = await listen(createServer((socket) => void socket.once('data', () => socket.destroy())))
  const half = await listen(
    createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'))
    }),
  )
  const babble = await listen(
    createServer((socket) => void socket.once('data', () => socket.end('SSH-2.0\r\n\r\n'))),
  )
  const client = outbound(DEV)
  const dead = freePort()
  const nowhere = outbound(DEV, { resolve: async () => Promise.reject(new Error('ENOTFOUND')) })
  expect(await codeOf(client, request(`http://127.0.0.1:${dead}/`))).toBe('refused')
  expect(await codeOf(client, request(`http://127.0.0.1:${cut}/`))).toBe('connection_lost')
  expect(await codeOf(client, request(`http://127.0.0.1:${half}/`))).toBe('connection_lost')
  expect(['bad_response', 'connection_lost']).toContain(
    await codeOf(client, request(`http://127.0.0.1:${babble}/`)),
  )
  expect(await codeOf(nowhere, request('http://nowhere.test/'))).toBe('dns')
  for (const url of ['ftp://a.test/', 'file:///etc/passwd', 'no url', 'http://user:word@a.test/'])
    expect([url, await codeOf(client, request(url))]).toEqual([url, 'bad_url'])
})

test('a proxy of the environment is not used', async () => {
  let proxied = 0
  const proxy = await serve((_, answer) => {
    proxied++
    answer.end()
  })
  const port = await serve((_, answer) => answer.writeHead(204).end())
  const before = process.env['HTTP_PROXY']
  process.env['HTTP_PROXY'] = `http://127.0.0.1:${proxy}`
  try {
    const resolve = named('127.0.0.1')
    expect(await codeOf(outbound(DEV, { resolve }), request(`http://outside.test:${port}/`))).toBe('204')
  } finally {
    if (before === undefined) delete process.env['HTTP_PROXY']
    else process.env['HTTP_PROXY'] = before
  }
  expect(proxied).toBe(0)
})

test('TLS is verified: the certificate must be trusted and be of the name that was asked for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-tls-'))
  stops.push(() => rmSync(folder, { recursive: true }))
  const at = (name: string) => join(folder, name)
  const made = Bun.spawnSync([
    ...['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=good.test'],
    ...['-addext', 'subjectAltName=DNS:good.test', '-keyout', at('key.pem'), '-out', at('cert.pem')],
  ])
  expect(made.exitCode).toBe(0)
  const ca = readFileSync(at('cert.pem'), 'utf8')
  const key = readFileSync(at('key.pem'), 'utf8')
  const port = await listen(https.createServer({ key, cert: ca }, (_, answer) => answer.end()))
  const resolve = named('127.0.0.1')
  expect(await codeOf(outbound(DEV, { resolve, ca }), request(`https://good.test:${port}/`))).toBe('200')
  expect(await codeOf(outbound(DEV, { resolve, ca }), request(`https://other.test:${port}/`))).toBe('tls')
  expect(await codeOf(outbound(DEV, { resolve }), request(`https://good.test:${port}/`))).toBe('tls')
  const plain = await serve((_, answer) => answer.end())
  expect(await codeOf(outbound(DEV, { resolve }), request(`https://good.test:${plain}/`))).toBe('tls')
})
