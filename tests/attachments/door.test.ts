import { afterAll, expect, test } from 'bun:test'
import { openHub } from '../upkeep/open-hub.ts'
import { png, textFile } from './files.ts'
import { fileOf, listed, mustSend, run, sendRuns, type Listed } from './send-runs.ts'

const hub = await openHub()
afterAll(hub.stop)
const { api } = hub

const get = (path: string, key: string) => api.request('GET', path, { key })
const picture = (words = crypto.randomUUID()) => ({ name: 'screen', type: 'image/png', bytes: png(words) })

/** Every byte value, line ends and what looks like the end of the form among them. */
const awkward = Buffer.concat([
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  Buffer.from('\r\n--\r\n------LangSmithFormBoundary--\r\n\0'),
])

test('a picture comes back byte for byte, as what it is and in a sandbox', async () => {
  const project = await hub.mint()
  const sent = picture()
  const one = run([sent])
  await mustSend(api, project, [one])
  const [file] = await listed(api, project, one)
  expect(file?.id).toMatch(/^[0-9a-f]{16}$/)
  expect(file).toEqual({
    ...{ id: file?.id ?? '', name: 'screen', content_type: 'image/png', bytes: sent.bytes.length },
    url: `/api/v1/traces/${one.trace_id}/spans/${one.id}/attachments/${file?.id}`,
  })
  const response = await get(file?.url ?? '', project.key)
  expect(response.status).toBe(200)
  expect(Buffer.from(await response.arrayBuffer()).equals(sent.bytes)).toBe(true)
  expect(response.headers.get('content-type')).toBe('image/png')
  expect(response.headers.get('content-disposition')).toStartWith('inline; filename="screen.png"')
  expect(response.headers.get('content-security-policy')).toStartWith("sandbox; default-src 'none'")
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
})

test('bytes that look like the form around them come back as they were, and an empty file is empty', async () => {
  const project = await hub.mint()
  const one = run([
    { name: 'awkward', type: 'application/octet-stream', bytes: awkward },
    { name: 'empty', type: 'application/pdf', bytes: new Uint8Array() },
  ])
  await mustSend(api, project, [one])
  for (const [name, bytes] of [
    ['awkward', awkward],
    ['empty', Buffer.alloc(0)],
  ] as const) {
    const { url } = await fileOf(api, project, one, name)
    const read = Buffer.from(await (await get(url, project.key)).arrayBuffer())
    expect([name, read.toString('hex')]).toEqual([name, bytes.toString('hex')])
  }
})

test('each run of a request has its own files, and what has none has an empty list', async () => {
  const project = await hub.mint()
  const root = run([textFile('note', 'text/plain', 'of the root')])
  const child = run([textFile('note', 'text/plain', 'of the child')], {
    trace_id: root.trace_id,
    parent: root.id,
  })
  const bare = run([])
  await mustSend(api, project, [root, child, bare])
  for (const [one, words] of [
    [root, 'of the root'],
    [child, 'of the child'],
  ] as const) {
    const { url } = await fileOf(api, project, one)
    expect(await (await get(url, project.key)).text()).toBe(words)
  }
  expect(await listed(api, project, bare)).toEqual([])
})

test('what came when a run began and what came when it ended are both there, of one name the later', async () => {
  const project = await hub.mint()
  const one = run([textFile('note', 'text/plain', 'first'), textFile('begun', 'text/plain', 'b')])
  const files = [textFile('ended', 'text/plain', 'e'), textFile('note', 'text/plain', 'the later one')]
  await mustSend(api, project, [one])
  await mustSend(api, project, [{ ...one, files, ends: true }])
  expect((await listed(api, project, one)).map(({ name }) => name).toSorted()).toEqual([
    'begun',
    'ended',
    'note',
  ])
  const { url, bytes } = await fileOf(api, project, one, 'note')
  expect([bytes, await (await get(url, project.key)).text()]).toEqual([13, 'the later one'])
})

test('a file that is too large is refused by name, its run and its neighbours are stored', async () => {
  const project = await hub.mint()
  const large = {
    name: 'large',
    type: 'application/octet-stream',
    bytes: new Uint8Array(10 * 1024 * 1024 + 1),
  }
  const one = run([large, textFile('note', 'text/plain', 'small')])
  const response = await sendRuns(api, project, [one])
  expect(response.ok).toBe(true)
  expect((await listed(api, project, one)).map(({ name }) => name)).toEqual(['note'])
  const [row] = await hub.sql<[{ received: number; stored: number; rejected: number }]>`
    select received, stored, rejected from log join projects using (project_no)
    where project_id = ${project.project_id}`
  expect(row).toEqual({ received: row.stored + 1, stored: row.stored, rejected: 1 })
})

test('of more than fifty files of a run the first fifty are taken', async () => {
  const project = await hub.mint()
  const files = Array.from({ length: 52 }, (_, n) => textFile(`f${n}`, 'text/plain', `file ${n}`))
  const one = run(files)
  await mustSend(api, project, [one])
  expect((await listed(api, project, one)).map(({ name }) => name)).toEqual(
    files.slice(0, 50).map(({ name }) => name),
  )
})

const NAMES = [
  '__proto__',
  'constructor',
  '보고서',
  'a/b\\..',
  '..',
  'turned \u202Egpj',
  `long ${'x'.repeat(249)}`,
]

test('no name makes an address that leads elsewhere, or hides another file', async () => {
  const project = await hub.mint()
  const one = run(NAMES.map((name, n) => textFile(name, 'text/plain', `file ${n}`)))
  await mustSend(api, project, [one])
  const files: Listed[] = await listed(api, project, one)
  expect(files.map(({ name }) => name).toSorted()).toEqual(NAMES.toSorted())
  for (const { name, url } of files) {
    expect(url).toMatch(/^[/\w-]+$/)
    const response = await get(url, project.key)
    expect([name, await response.text()]).toEqual([name, `file ${NAMES.indexOf(name)}`])
  }
})

test('what is not there and what is of another project are the same 404', async () => {
  const [project, other] = [await hub.mint(), await hub.mint()]
  const one = run([textFile('note', 'text/plain', 'secret')])
  await mustSend(api, project, [one])
  const { url, id } = await fileOf(api, project, one)
  const nowhere = crypto.randomUUID()
  const look = async (path: string, key: string) => {
    const response = await get(path, key)
    const { detail, code } = (await response.json()) as Record<string, unknown>
    return [response.status, code, detail]
  }
  const missing = await look(`/api/v1/traces/${nowhere}/spans/${nowhere}/attachments/${id}`, other.key)
  expect(await look(url, other.key)).toEqual(missing)
  expect(missing[0]).toBe(404)
  expect(await look(url.replace(id, 'f'.repeat(16)), project.key)).toEqual([
    ...[404, 'attachment_not_found', 'attachment not found'],
  ])
})

test('the same run sent again is a repeat: one list, and the bytes are kept once', async () => {
  const project = await hub.mint()
  const words = crypto.randomUUID()
  const one = run([picture(words)])
  await mustSend(api, project, [one])
  await mustSend(api, project, [one])
  expect((await listed(api, project, one)).length).toBe(1)
  const rows = await hub.sql<{ kept: boolean }[]>`
    select body is not null kept from log join projects using (project_no)
    where project_id = ${project.project_id} order by log_id`
  expect(rows.map(({ kept }) => kept)).toEqual([true, false])
})
