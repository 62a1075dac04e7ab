import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import zlib from 'node:zlib'
import { bytesField } from '#shared/protocol/otlp/write-wire.ts'
import { encodeRequest, otlpRequest } from '#shared/testing/otlp.ts'
import { hubDataDir, spawnHub } from '#shared/testing/spawn-hub.ts'
import { otlpSpan, PROTOBUF, spanId, traceId } from '../otlp/open-otlp.ts'

const MB = 1024 * 1024
const LARGEST = 32 * MB
const BOMB = 256 * MB
/** Above what it had before: a few bodies at once, each inflated to its limit, and what waits to be collected. */
const MOST_GROWTH = 512 * MB
const AT_ONCE = 8

type Sent = { body: Uint8Array; type?: string; encoding?: string }

const gzip = (body: Uint8Array, type = PROTOBUF): Sent => ({
  body: zlib.gzipSync(body),
  type,
  encoding: 'gzip',
})
const zstd = (body: Uint8Array): Sent => ({ body: Bun.zstdCompressSync(body), encoding: 'zstd' })

async function send(base: string, { body, type = PROTOBUF, encoding }: Sent) {
  const headers = {
    ...{ 'x-api-key': 'dev-key', 'content-type': type },
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
  }
  const response = await fetch(`${base}/v1/traces`, { method: 'POST', headers, body: new Uint8Array(body) })
  return { status: response.status, text: await response.text() }
}

/** The most memory of a process since `forget`, in bytes. */
const peakOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) * 1024
const forget = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5')

const good = (): Sent => ({ body: encodeRequest(otlpRequest([otlpSpan(traceId())])) })

const hub = await spawnHub({ data_dir: hubDataDir() })

/** Sends the same again and again, several at once, and says how much memory that took at most. */
async function growth(
  rounds: number,
  sent: Sent[],
  expected: (answer: Awaited<ReturnType<typeof send>>) => void,
) {
  forget(hub.pid)
  const before = peakOf(hub.pid)
  for (let round = 0; round < rounds; round++) {
    const answers = Array.from({ length: AT_ONCE }, (_, at) =>
      send(hub.api, sent[at % sent.length] ?? good()),
    )
    for (const answer of await Promise.all(answers)) expected(answer)
  }
  return peakOf(hub.pid) - before
}

test('bombs of gzip and zstd are 413 that says the limit, and memory stays bounded', async () => {
  const empty = Buffer.alloc(BOMB)
  const spaces = Buffer.alloc(BOMB, ' ')
  const bombs = [gzip(empty), zstd(empty), gzip(spaces, 'application/json')]
  for (const { body } of bombs) expect(body.length).toBeLessThan(MB)
  const grown = await growth(5, bombs, ({ status, text }) => {
    expect([status, /body_too_large|larger than 32 MB/.test(text)]).toEqual([413, true])
  })
  expect(grown).toBeLessThan(MOST_GROWTH)
  expect((await send(hub.api, good())).status).toBe(200)
}, 60_000)

test('a body at the limit that is one span of millions of attributes is refused by name, in bounded memory', async () => {
  const pairs = Buffer.alloc(LARGEST - 1024, Buffer.from([0x4a, 0x00]))
  const ids = [bytesField(1, Buffer.from(traceId(), 'hex')), bytesField(2, Buffer.from(spanId(), 'hex'))]
  const dense = bytesField(1, bytesField(2, bytesField(2, Buffer.concat([...ids, pairs]))))
  expect(dense.length).toBeLessThan(LARGEST)
  const grown = await growth(2, [gzip(dense)], ({ status, text }) => {
    // Who sends more than waits in line may be told to come again.
    expect([200, 429]).toContain(status)
    if (status === 200) expect(text).toContain('spans.0.')
  })
  expect(grown).toBeLessThan(MOST_GROWTH)
  expect((await send(hub.api, good())).status).toBe(200)
}, 60_000)

test('a body in chunks that never ends is 413 once it is too large, however long its sender goes on', async () => {
  forget(hub.pid)
  const before = peakOf(hub.pid)
  const chunk = new Uint8Array(MB)
  let chunks = 0
  const body = new ReadableStream({
    pull(controller) {
      if (chunks++ < 1000) controller.enqueue(chunk)
      else controller.close()
    },
  })
  const headers = { 'x-api-key': 'dev-key', 'content-type': PROTOBUF }
  const response = await fetch(`${hub.api}/v1/traces`, { method: 'POST', headers, body })
  expect(response.status).toBe(413)
  expect(peakOf(hub.pid) - before).toBeLessThan(MOST_GROWTH)
  expect((await send(hub.api, good())).status).toBe(200)
}, 60_000)
