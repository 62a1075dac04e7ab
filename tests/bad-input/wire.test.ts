import { afterAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { listen } from '#shared/process/listen.ts'
import { router } from '#shared/http/serve.ts'
import { mintProject } from '#shared/testing/project.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { ingest } from '../../ingest/service.ts'

const deps = await testDeps()
const short = { ...deps, config: { ...deps.config, body_seconds: 0.3 } }
const service = await ingest(short)
const fetch = router(short, service.routes)
const listener = listen({ fetch, host: '127.0.0.1', port: 0, variable: 'HUB_API_PORT', log: deps.log })
const port = Number(new URL(listener.url).port)
const own = await mintProject(fetch)
afterAll(async () => {
  await listener.stop()
  await service.stop()
  await deps.stop()
})

/** Writes bytes to the port as no client library would, and gives what comes until the other side closes. */
const ask = async (...parts: string[]) =>
  new Promise<string>((done) => {
    const socket = connect(port, '127.0.0.1')
    let got = ''
    socket.on('data', (data) => (got += data.toString()))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => done(got))
    for (const part of parts) socket.write(part)
  })

const BODY = '{"trace":{"trace_id":"t","start_time":"2026-11-01T00:00:00Z"}}'
const head = (...lines: string[]) =>
  [
    'POST /api/v1/ingest/traces HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    'connection: close',
    `x-api-key: ${own.key}`,
    ...lines,
    '\r\n',
  ].join('\r\n')

const stored = async (): Promise<number> => {
  const [row] = await deps.database.sql<[{ rows: number }]>`
    select count(*)::int "rows" from log join projects using (project_no) where project_id = ${own.project_id}`
  return row.rows
}

const chunked = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`
const WIRE: [name: string, status: number, lines: string[], body: string][] = [
  ['a key of 64 KB', 431, [`x-trace: ${'a'.repeat(65_536)}`], BODY],
  [
    'a length and chunks as well',
    400,
    [`content-length: ${BODY.length}`, 'transfer-encoding: chunked'],
    chunked,
  ],
  ['two lengths', 400, [`content-length: ${BODY.length}`, 'content-length: 3'], BODY],
  ['a negative length', 400, ['content-length: -1'], BODY],
  ['a length that is a word', 400, ['content-length: all'], BODY],
  ['a chunk whose size is no number', 400, ['transfer-encoding: chunked'], `zz\r\n${BODY}\r\n0\r\n\r\n`],
  ['a length of 100 GB', 413, ['content-length: 100000000000'], BODY],
  ['fewer bytes than its length says', 408, [`content-length: ${BODY.length + 1}`], BODY],
  ['no byte of its body', 408, ['content-length: 10'], ''],
]

test.each(WIRE)(
  'a request with %s is answered %d, and nothing is stored',
  async (_name, status, lines, body) => {
    expect(await ask(head(...lines), body)).toStartWith(`HTTP/1.1 ${status} `)
    expect(await stored()).toBe(0)
  },
)

test('a body that comes too slowly is answered 408 by name, whole or not', async () => {
  const socket = connect(port, '127.0.0.1')
  socket.write(head(`content-length: ${BODY.length}`))
  const drip = setInterval(() => socket.write('{'), 20)
  const answer = await new Promise<string>((done) => {
    let got = ''
    socket.on('data', (data) => (got += data.toString()))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => done(got))
  })
  clearInterval(drip)
  expect(answer).toStartWith('HTTP/1.1 408 ')
  expect(answer).toContain('"code":"body_timeout"')
  expect(await stored()).toBe(0)
})

test('bytes after the body of a request are not read as part of it', async () => {
  const answer = await ask(head(`content-length: ${BODY.length}`), `${BODY}{"trace":"another"}`)
  expect(answer).toStartWith('HTTP/1.1 200 ')
  expect(await stored()).toBe(1)
})

test('who hangs up in the middle of a body is no failure of the hub, and nothing of it is stored', async () => {
  const codes: unknown[] = []
  const noting = listen({
    fetch: async (request) => {
      const response = await fetch(request)
      const { code } = (await response.clone().json()) as { code?: string }
      codes.push(code)
      return response
    },
    host: '127.0.0.1',
    port: 0,
    variable: 'HUB_API_PORT',
    log: deps.log,
  })
  const before = await stored()
  const socket = connect(Number(new URL(noting.url).port), '127.0.0.1')
  socket.write(head(`content-length: ${BODY.length}`) + BODY.slice(0, 20))
  await Bun.sleep(50)
  socket.destroy()
  while (codes.length === 0) await Bun.sleep(10)
  expect(codes).toEqual(['body_timeout'])
  expect(await stored()).toBe(before)
  await noting.stop()
})
