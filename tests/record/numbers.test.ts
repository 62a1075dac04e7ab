import { afterAll, expect, test } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub, span, TRACES, type Hub } from '../upkeep/open-hub.ts'

const hub: Hub = await openHub()
afterAll(hub.stop)
const { sql } = hub

const EXACT =
  '{"big":12345678901234567890,"list":[-9007199254740993,1e400],"fine":9007199254740991,"small":1e-400}'
const SHOWN = {
  big: '12345678901234567890',
  list: ['-9007199254740993', '1e400'],
  fine: 9007199254740991,
  small: 0,
}

/** A request whose numbers stand in the text as no JSON.stringify would write them. */
function written(): string {
  const body = {
    trace: { trace_id: 't', start_time: at(0) },
    spans: [span('t', 's', { input: '@', output: '@', attributes: { deep: '@' }, idempotency_key: 'k' })],
  }
  return JSON.stringify(body).replaceAll('"@"', EXACT)
}

async function send(project: TestProject, body: string) {
  const headers = { 'x-api-key': project.key, 'content-type': 'application/json' }
  const response = await hub.api.fetch(
    new Request(`http://localhost${TRACES}`, { method: 'POST', headers, body }),
  )
  const json: unknown = await response.json()
  return { status: response.status, json }
}

async function bodyOf({ project_id }: TestProject): Promise<string> {
  const [row] = await sql<{ body: Uint8Array }[]>`
    select body from log join projects using (project_no) where project_id = ${project_id} and body is not null`
  return Bun.zstdDecompressSync(row?.body ?? new Uint8Array()).toString()
}

const spanOf = async (project: TestProject) =>
  (await hub.send(project, 'GET', '/api/v1/traces/t/spans/s')).json['span']

test('a number that no double holds is shown with all its digits, and the body stays as it was sent', async () => {
  const project = await hub.mint()
  const body = written()
  expect(await send(project, body)).toMatchObject({ status: 200, json: { accepted: 1, rejected: [] } })
  expect(await bodyOf(project)).toBe(body)
  expect(await spanOf(project)).toMatchObject({ input: SHOWN, output: SHOWN, attributes: { deep: SHOWN } })
})

test('two numbers that differ only past 2^53 are two sayings, and the same one again is a repeat', async () => {
  const project = await hub.mint()
  const body = written()
  expect(await send(project, body)).toMatchObject({ status: 200, json: { accepted: 1 } })
  expect(await send(project, body)).toMatchObject({ status: 200, json: { accepted: 0, duplicates: 1 } })
  const other = body.replaceAll('12345678901234567890', '12345678901234567891')
  expect(await send(project, other)).toMatchObject({ json: { accepted: 0, rejected: [{ index: 0 }] } })
})

test('masking keeps every digit of what it does not hide, and hides a long number that is private', async () => {
  const project = await hub.mint()
  const settings = { retention_days: null, masking: { detectors: ['email', 'card'], keys: [] } }
  const path = `/api/v1/projects/${project.project_id}/settings`
  expect((await hub.api.request('PUT', path, { key: 'dev-key', body: settings })).status).toBe(200)
  const card = ['6011', '0009', '9013', '9424', '000'].join('').slice(0, 16)
  const body = written()
    .replace('"name":"s"', `"name":"from a@example.com","output":null`)
    .replace('"small":1e-400', `"small":1e-400,"card":${card}`)
  expect(await send(project, body)).toMatchObject({ status: 200, json: { accepted: 1, rejected: [] } })
  const stored = await bodyOf(project)
  expect(stored).toContain(
    '"big":12345678901234567890,"list":[-9007199254740993,1e400],"fine":9007199254740991',
  )
  expect(stored).toContain('"card":"[masked:card]"')
  expect(stored).not.toContain('example.com')
  expect(stored).not.toContain(card)
  expect(await spanOf(project)).toMatchObject({ attributes: { deep: SHOWN } })
})
