import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { HubError } from '../../errors.ts'
import { bytesOf, parseMultipart, writeMultipart } from './multipart.ts'
import { langsmithMultipart } from './langsmith-multipart.ts'

const BOUNDARY = 'b0undary'

const write = (parts: { name: string; bytes: Uint8Array }[]): Buffer =>
  writeMultipart(
    parseMultipart(Buffer.from(`--${BOUNDARY}\r\n\r\n\r\n--${BOUNDARY}--\r\n`)),
    parts.map((part) => ({ ...part, content_type: 'application/json' })),
  )

const content = fc
  .oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .constantFrom('\r\n', '\r\n--', '--', '\r\n--b0undar', '\r\n\r\n', '{"a":1}')
      .map((text) => Buffer.from(text)),
  )
  .filter((bytes) => !Buffer.from(bytes).includes(`\r\n--${BOUNDARY}`))
const name = fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }).filter((text) => text.isWellFormed())

test('every part comes back as it was written, byte for byte, whatever bytes it has', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ name, bytes: content }), { maxLength: 8 }), (parts) => {
      const body = parseMultipart(write(parts))
      const read = body.parts.map((part) => [part.name, [...bytesOf(body, part)]])
      expect(read).toEqual(parts.map((part) => [part.name, [...part.bytes]]))
    }),
    { numRuns: 300 },
  )
})

const ID = '0190a1b2-0000-7000-8000-000000000001'
const RUN = { id: ID, trace_id: ID, name: 'x', start_time: '2026-01-01T00:00:00Z' }
const GOOD = write([
  { name: `post.${ID}`, bytes: Buffer.from(JSON.stringify(RUN)) },
  { name: `post.${ID}.inputs`, bytes: Buffer.from('{"a":[1,2,{"b":null}]}') },
  { name: `attachment.${ID}.point`, bytes: Buffer.from([0, 13, 10, 45, 45, 255]) },
  { name: `feedback.${ID}`, bytes: Buffer.from(JSON.stringify({ run_id: ID, key: 'k', score: 1 })) },
])

/** A body that was damaged: bytes changed, cut out, or put in twice. */
const damaged = fc
  .array(fc.record({ at: fc.nat(GOOD.length), cut: fc.nat(40), put: fc.uint8Array({ maxLength: 6 }) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((wounds) =>
    wounds.reduce(
      (bytes, { at, cut, put }) => Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]),
      GOOD,
    ),
  )

/** What may be said of a body that cannot be read; anything else that is thrown is a fault of the reader. */
function readOrRefuse(bytes: Uint8Array): string {
  try {
    const { items, refused, received } = langsmithMultipart.read(parseMultipart(bytes))
    expect(items.length + refused.length).toBe(received)
    for (const item of items) item.span?.payload()
    for (const { attachments } of items)
      for (const { offset, length } of attachments ?? [])
        expect(offset + length).toBeLessThanOrEqual(bytes.length)
    return 'read'
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    expect([error.status, error.code]).toEqual([400, 'malformed_multipart'])
    expect(error.message).toMatch(/^(?:The body does not begin with its boundary|part \d+( \(".*"\))?: )/s)
    return 'refused'
  }
}

test('a damaged body is read as far as it goes or refused by name, and never breaks the reader', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(damaged, (bytes) => void seen.add(readOrRefuse(bytes))),
    { numRuns: 3000 },
  )
  expect([...seen].toSorted()).toEqual(['read', 'refused'])
})

test('any bytes at all are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => readOrRefuse(bytes) === 'refused'),
    { numRuns: 500 },
  )
})

test('what looks like a boundary and goes on is content', () => {
  const bytes = Buffer.from(`one\r\n--${BOUNDARY}and more\r\n--${BOUNDARY}-\r\ntwo`)
  const body = parseMultipart(write([{ name: 'x', bytes }]))
  expect(body.parts.map((part) => bytesOf(body, part).toString())).toEqual([bytes.toString()])
})

test('a part that is gone keeps its place, and says nothing', () => {
  const ordinals = new Set([0])
  const left = parseMultipart(langsmithMultipart.cut(GOOD, ordinals))
  expect(left.parts.map((part) => part.name)).toEqual(['', '', '', `feedback.${ID}`])
  expect(langsmithMultipart.item(left, 0)).toBeNull()
  expect(left.raw.includes('"b":null')).toBe(false)
})

test('headers with thousands of names that never end are read once through', () => {
  const header = `content-disposition: form-data${';name="x'.repeat(1000)}; name=y`
  const part = `--${BOUNDARY}\r\n${header}\r\n\r\ntext\r\n`
  const { parts } = parseMultipart(Buffer.from(`${part.repeat(4000)}--${BOUNDARY}--`))
  expect(parts).toHaveLength(4000)
  expect(new Set(parts.map((each) => each.name))).toEqual(new Set(['y']))
})
