import { afterAll, expect, test } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import { verify } from '../../ingest/upkeep/verify.ts'
import { at, EVALS, event, key, openHub, RUNS, span, SPANS, TRACES } from './open-hub.ts'
import { placesOf } from './search.ts'

const hub = await openHub()
afterAll(hub.stop)
const { sql } = hub

const set = (project: TestProject, body: unknown) =>
  hub.api.request('PUT', `/api/v1/projects/${project.project_id}/settings`, { key: 'dev-key', body })

async function masked(detectors: string[], keys: string[] = []) {
  const project = await hub.mint()
  expect((await set(project, { retention_days: null, masking: { detectors, keys } })).status).toBe(200)
  return project
}

const ALL = ['email', 'phone', 'card', 'rrn', 'api_key']

/** Put together here, so that no scanner takes this file for a leak. */
const API_KEY = ['sk', 'proj', 'a1B2c3D4e5F6g7H8i9J0'].join('-')
const PRIVATE = [
  'hong.gildong@example.com',
  '010-1234-5678',
  '4111 1111 1111 1111',
  '900101-1234568',
  API_KEY,
]

const spanOf = async (project: TestProject, trace: string, id: string) => {
  const { status, json } = await hub.send(project, 'GET', `/api/v1/traces/${trace}/spans/${id}`)
  expect(status).toBe(200)
  return json['span']
}

test('private things are hidden before anything is stored, in every door and in what is refused too', async () => {
  const project = await masked(ALL)
  const [email, phone, card, rrn, api_key] = PRIVATE
  const trace = {
    trace_id: 't',
    start_time: at(0),
    name: `call of ${email}`,
    user_id: email,
    input_text: `전화 ${phone}`,
  }
  await hub.tell(project, TRACES, {
    trace,
    spans: [
      span('t', 's', {
        input: { messages: [{ role: 'user', content: `카드 ${card}입니다` }] },
        error: `key ${api_key}`,
      }),
      span('t', 'late', { start_time: `soon, ask ${email}` }),
    ],
  })
  await hub.tell(project, SPANS, {
    events: [
      event('t', 's', 'LOG', 1, { message: `주민번호 ${rrn}`, status: `mail ${email}`, [`of ${email}`]: 1 }),
      event('t', 's', 'AMENDMENT', 2, { patch: { output: [`${phone}`, { deep: email }] } }),
    ],
  })
  const nodes = [
    {
      node_id: 'a',
      node_name: `node ${email}`,
      start_time: at(1),
      input_state: { api_key },
      idempotency_key: key(),
    },
  ]
  const run = { trace_id: 'r', run_id: 'run', graph_name: 'g', start_time: at(0) }
  await hub.tell(project, RUNS, { ...run, nodes, attributes: { card }, tags: [phone] })
  const said = { eval_name: 'e', eval_model: 'm', score: 1, passed: true, idempotency_key: 'k' }
  await hub.tell(project, EVALS, {
    ...said,
    trace_id: 't',
    explanation: `about ${rrn}`,
    metadata: { who: email },
  })
  for (const words of PRIVATE) expect(await placesOf(sql, words)).toEqual([])
  const shown = await spanOf(project, 't', 's')
  expect(shown).toMatchObject({
    input: { messages: [{ role: 'user', content: '카드 [masked:card]입니다' }] },
    output: ['[masked:phone]', { deep: '[masked:email]' }],
    error: 'key [masked:api_key]',
  })
  const { json } = await hub.send(project, 'GET', '/api/v1/traces/t')
  expect(json['trace']).toMatchObject({ name: 'call of [masked:email]', user_id: '[masked:email]' })
  expect((await verify(hub.deps, { project_id: project.project_id })).faults).toEqual([])
})

test('ids, keys, times and enumerations stay as they are, but only where they are what they should be', async () => {
  const project = await masked(ALL, ['status', 'trace_id', 'secret'])
  const [email, phone] = PRIVATE
  // An id may look like anything; a status that is none is free text.
  const trace = { trace_id: `${phone}`, start_time: at(0), status: 'success' }
  const good = span(`${phone}`, `span of ${email}`, {
    parent_span_id: `${phone} parent`,
    idempotency_key: `key ${phone}`,
  })
  await hub.tell(project, TRACES, {
    trace,
    spans: [good, { ...good, span_id: 'x', idempotency_key: 'k', status: `mail ${email}` }],
  })
  const rows = await sql`
    select t.trace_key, s.span_key, s.parent_key, t.status from spans s join traces t using (trace_no)
    join projects p on p.project_no = t.project_no where p.project_id = ${project.project_id}`
  expect([...rows]).toEqual([
    { trace_key: phone, span_key: `span of ${email}`, parent_key: `${phone} parent`, status: 1 },
  ])
  expect(await placesOf(sql, `mail ${email}`)).toEqual([])
})

test('members with hidden names are hidden whole, in any case of letters, and requests stay valid', async () => {
  const project = await masked([], ['Password', 'tags', 'user_id', 'input', 'attributes'])
  const trace = {
    trace_id: 't',
    start_time: at(0),
    tags: ['a'],
    user_id: 'u',
    session_id: 's',
    attributes: { a: 1 },
  }
  const deep = { password: { a: 1 }, list: [{ PASSWORD: 'x', other: 'stays', passwords: 'stays' }] }
  const answer = await hub.tell(project, TRACES, {
    trace,
    spans: [span('t', 's', { input: { b: 2 }, output: deep })],
  })
  expect(answer).toMatchObject({ accepted: 1, rejected: [] })
  expect(await spanOf(project, 't', 's')).toMatchObject({
    input: '[masked:key]',
    output: {
      password: '[masked:key]',
      list: [{ PASSWORD: '[masked:key]', other: 'stays', passwords: 'stays' }],
    },
  })
  const { json } = await hub.send(project, 'GET', '/api/v1/traces/t')
  expect(json['trace']).toMatchObject({ user_id: '[masked:key]', session_id: 's' })
})

test('a graph of LangGraph nodes keeps its edges, whatever the nodes are called', async () => {
  const project = await masked(ALL)
  const [email] = PRIVATE
  const [from, to] = [`${email} a`, `${email} b`]
  const node = (node_id: string, seconds: number, more: object = {}) => ({
    node_id,
    node_name: 'n',
    start_time: at(seconds),
    idempotency_key: key(),
    ...more,
  })
  const run = { trace_id: 't', run_id: 'r', graph_name: 'g', start_time: at(0) }
  await hub.tell(project, RUNS, { ...run, nodes: [node(from, 1), node(to, 2, { parent_node_ids: [from] })] })
  const { json } = await hub.send(project, 'GET', '/api/v1/traces/t')
  // The tree of an answer is a list of spans.
  const spans = json['spans'] as { id: string; node_id: string; parent_span_id: string | null }[]
  expect(spans.map(({ node_id }) => node_id)).toEqual([from, to])
  expect(spans[1]?.parent_span_id).toBe(spans[0]?.id as string)
})

test('what parsing drops is not stored either: of two members with one name the bytes hold both', async () => {
  const project = await masked(['email'])
  const email = 'twice@example.com'
  const body = `{"trace":{"trace_id":"t","name":"${email}","name":"clean","start_time":"${at(0)}"}}`
  expect((await hub.api.request('POST', TRACES, { key: project.key, body })).status).toBe(200)
  expect(await placesOf(sql, email)).toEqual([])
})

test('the same words sent again are a duplicate, since they are hidden alike', async () => {
  const project = await masked(['email'])
  const body = { trace: { trace_id: 't', start_time: at(0) }, spans: [span('t', 's', { input: PRIVATE[0] })] }
  await hub.tell(project, TRACES, body)
  expect(await hub.tell(project, TRACES, body)).toMatchObject({ accepted: 0, duplicates: 1, rejected: [] })
})

test('rules that cannot be applied refuse the request, and nothing of it is stored', async () => {
  const project = await masked(['email'])
  await sql`
    update project_settings s set masking = '{"detectors":["unheard of"],"keys":[]}' from projects p
    where p.project_no = s.project_no and p.project_id = ${project.project_id}`
  hub.deps.bus.publish('key.changed.v1', { project_id: project.project_id })
  const words = `words ${crypto.randomUUID()}`
  const { status, json } = await hub.send(project, 'POST', TRACES, {
    trace: { trace_id: 't', start_time: at(0), name: words },
  })
  expect([status, json['code']]).toEqual([503, 'masking_failed'])
  expect(await placesOf(sql, words)).toEqual([])
  expect(hub.deps.logged.join()).not.toContain(words)
  await set(project, { retention_days: null, masking: { detectors: [], keys: [] } })
  expect(
    (await hub.send(project, 'POST', TRACES, { trace: { trace_id: 't', start_time: at(0) } })).status,
  ).toBe(200)
})

test('a project without rules keeps its bodies as they came', async () => {
  const project = await hub.mint()
  const body = `{ "trace" : {"trace_id":"t","name":"${PRIVATE[0]}","start_time":"${at(0)}"} }`
  const sent = Bun.zstdCompressSync(body)
  const headers = { 'content-encoding': 'zstd' }
  expect((await hub.api.request('POST', TRACES, { key: project.key, body: sent, headers })).status).toBe(200)
  const [row] = await sql<{ body: Uint8Array }[]>`
    select body from log join projects using (project_no) where project_id = ${project.project_id}`
  expect(Buffer.from(row?.body ?? []).equals(sent)).toBe(true)
})

test('rules hold from the moment they are set', async () => {
  const project = await hub.mint()
  const send = (id: string) =>
    hub.tell(project, TRACES, { trace: { trace_id: id, start_time: at(0), name: `${PRIVATE[0]}` } })
  await send('before')
  await set(project, { retention_days: null, masking: { detectors: ['email'], keys: [] } })
  await send('after')
  const rows = await sql`
    select trace_key, traces.name from traces join projects using (project_no)
    where project_id = ${project.project_id} order by trace_key`
  expect([...rows]).toEqual([
    { trace_key: 'after', name: '[masked:email]' },
    { trace_key: 'before', name: PRIVATE[0] },
  ] as never)
})

test('a private number is hidden as a number as well as in a text, and other numbers stay numbers', async () => {
  const project = await masked(ALL)
  const body = `{"trace":{"trace_id":"t","start_time":"${at(0)}"},"spans":[${JSON.stringify(span('t', 's'))
    .slice(0, -1)
    .concat(
      `,"input":{"card":4111111111111111,"rrn":9001011234568,"at":1790000000000,"n":12},"output":"\\u0034111 1111 1111 1111 \\uc785"}]}`,
    )}`
  expect((await hub.api.request('POST', TRACES, { key: project.key, body })).status).toBe(200)
  expect(await spanOf(project, 't', 's')).toMatchObject({
    input: { card: '[masked:card]', rrn: '[masked:rrn]', at: 1_790_000_000_000, n: 12 },
    output: '[masked:card] 입',
  })
  for (const words of ['4111111111111111', '9001011234568']) expect(await placesOf(sql, words)).toEqual([])
})
