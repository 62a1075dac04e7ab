import { afterAll, expect, test } from 'bun:test'
import { rrn } from '#shared/detect/rrn.ts'
import { ENCODINGS } from '#shared/store/log-codes.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { erase } from '../../ingest/upkeep/erase.ts'
import { at, openHub, TRACES } from '../upkeep/open-hub.ts'
import { placesOf } from '../upkeep/search.ts'
import { seeRecord } from '../upkeep/see-record.ts'
import { BOUNDARY, multipart, partsOf, type Json, type Part } from './multipart.ts'
import { endOf, newId, newRun } from './open-langsmith.ts'

const hub = await openHub()
afterAll(hub.stop)
const { sql } = hub
const { shown, expectWhole, expectErased } = seeRecord(hub)

const WAYS = ['parts', 'batch'] as const
type Way = (typeof WAYS)[number]

async function sendParts(project: TestProject, parts: Part[]): Promise<Json> {
  const response = await hub.api.request('POST', '/runs/multipart', {
    key: project.key,
    body: Uint8Array.from(multipart(parts)),
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
  })
  expect(response.status).toBe(202)
  return (await response.json()) as Json
}

async function send(project: TestProject, way: Way, post: Json[], patch: Json[] = [], more: Part[] = []) {
  const runs = [
    ...post.flatMap((run) => partsOf('post', run)),
    ...patch.flatMap((run) => partsOf('patch', run)),
  ]
  if (way === 'parts') return sendParts(project, [...runs, ...more])
  const { status, json } = await hub.send(project, 'POST', '/runs/batch', { post, patch })
  expect(status).toBe(202)
  return json
}

const secret = () => `비밀 ${crypto.randomUUID()}`

/** A trace as several bodies tell it, ends before what ends. */
function tale(words: string) {
  const root = newRun({ name: words, inputs: { words }, extra: { metadata: { user_id: `u ${words}` } } })
  const call = newRun(
    { run_type: 'llm', inputs: { words }, events: [{ name: 'start', time: at(1), words }] },
    root,
  )
  const node = newRun(
    { name: 'plan', tags: ['graph:step:1'], extra: { metadata: { langgraph_node: 'plan', words } } },
    root,
  )
  return { root, call, node, end: endOf(call, { outputs: { words }, error: words }) }
}

test.each(WAYS)('what came in %s is what the log says, in any order of the bodies', async (way) => {
  const project = await hub.mint()
  for (const words of ['one', 'two']) {
    const { root, call, node, end } = tale(words)
    const bodies = [
      () => send(project, way, [node], [end]),
      () => send(project, way, [call]),
      () => send(project, way, [root, node]),
    ]
    for (const body of words === 'one' ? bodies : [...bodies.toReversed(), ...bodies]) await body()
  }
  await expectWhole(project, { walked: 2 })
})

test('single runs, feedback, and the hub’s own door beside them are what the log says', async () => {
  const project = await hub.mint()
  const id = newId()
  const run = { id, name: 'one', run_type: 'llm', start_time: at(1) }
  expect((await hub.send(project, 'POST', '/runs', run)).status).toBe(202)
  expect(
    (await hub.send(project, 'PATCH', `/runs/${id}`, { outputs: { a: 1.5 }, end_time: at(2) })).status,
  ).toBe(202)
  const feedback = { id: newId(), run_id: id, key: 'helpful', score: true }
  expect((await hub.send(project, 'POST', '/feedback', feedback)).status).toBe(200)
  await hub.tell(project, TRACES, { trace: { trace_id: id, start_time: at(0), name: 'own' } })
  expect((await shown(project, id))['trace']).toMatchObject({ name: 'own', status: 'success' })
  await expectWhole(project)
})

test.each(WAYS)(
  'nothing of an erased trace is left in %s, and its neighbours in the body are the same',
  async (way) => {
    const project = await hub.mint()
    const words = secret()
    const { root, call, node, end } = tale(words)
    const kept = newRun({ name: 'kept', inputs: { text: '환불', n: 1.5 } })
    const file = (run: Json, text: string): Part => ({
      ...{ name: `attachment.${String(run['id'])}.note`, type: 'text/plain', content: Buffer.from(text) },
    })
    const feedback = { run_id: call['id'], key: 'tone', score: 1, comment: words }
    await send(
      project,
      way,
      [root, kept, call],
      [end],
      [...[file(call, words), file(kept, 'stays')], { name: 'feedback.1', content: feedback }],
    )
    await send(project, way, [node])
    await expectErased(project, { gone: String(root['id']), stays: String(kept['id']), words })
    if (way === 'parts') expect(JSON.stringify(await shown(project, String(kept['id'])))).toContain('"note"')
  },
)

test('feedback that names a run alone is erased with its trace', async () => {
  const project = await hub.mint()
  const words = secret()
  const run = newRun()
  await send(project, 'batch', [run])
  const feedback = { run_id: run['id'], key: 'tone', score: 1, comment: words }
  expect((await hub.send(project, 'POST', '/feedback', feedback)).status).toBe(200)
  expect((await placesOf(sql, words)).length).toBeGreaterThan(0)
  const { project_id } = project
  await erase(hub.deps, { project_id, trace_id: String(run['id']), actor: 'operator' })
  expect(await placesOf(sql, words)).toEqual([])
})

test.each(WAYS)('private things and hidden names in %s are hidden before anything is stored', async (way) => {
  const project = await hub.mint()
  const masking = { detectors: ['email', 'rrn'], keys: ['password'] }
  const path = `/api/v1/projects/${project.project_id}/settings`
  await hub.api.request('PUT', path, { key: 'dev-key', body: { retention_days: null, masking } })
  const hidden = `hidden-${crypto.randomUUID()}`
  const email = ['hong', 'example.com'].join('@')
  const end_time = likeRegistration()
  const times = { start_time: end_time - 1000, dotted_order: undefined }
  const run = newRun({
    ...times,
    ...{ name: `to ${email}`, run_type: 'llm', end_time, inputs: { to: email, password: hidden } },
    ...{
      outputs: [email],
      error: `bad ${email}`,
      events: [{ name: 'new_token', time: end_time, kwargs: { email } }],
    },
    extra: { metadata: { thread_id: 't-1', by: email }, invocation_params: { password: hidden } },
  })
  const wrong = newRun({ name: email, end_time: email })
  const files: Part[] = [
    { name: `attachment.${String(run['id'])}.note`, type: 'text/plain', content: Buffer.from(`to ${email}`) },
    { name: `attachment.${String(run['id'])}.scan`, type: 'image/png', content: Buffer.from(`\0${email}`) },
    { name: email, content: { email }, type: `text/plain; of=${email}` },
    { name: `post.${String(run['id'])}.serialized`, content: {}, type: `application/json; of=${email}` },
    { name: `post.${newId()}`, content: Buffer.from(`{"broken": "${email}`) },
    { name: 'feedback.1', content: { run_id: run['id'], key: 'tone', score: 1, comment: email } },
  ]
  const { rejected } = await send(project, way, [run, wrong], [], files)
  expect(rejected).toHaveLength(way === 'parts' ? 3 : 1)
  for (const text of [hidden, email]) expect(await placesOf(sql, text)).toEqual([])
  const { trace, spans } = await shown(project, String(run['id']))
  expect(trace).toMatchObject({ total_spans: 1, session_id: 't-1', name: 'to [masked:email]' })
  expect(spans).toMatchObject([
    {
      end_time: new Date(end_time).toISOString(),
      input: { to: '[masked:email]', password: '[masked:key]' },
    },
  ])
  await expectWhole(project)
})

test('a body that does not get smaller is kept as it came, and reads the same', async () => {
  const project = await hub.mint()
  const noise = crypto.getRandomValues(new Uint8Array(65_536))
  const run = newRun()
  const file = {
    name: `attachment.${String(run['id'])}.noise`,
    type: 'image/png',
    content: Buffer.concat([noise, noise, noise]),
  }
  await sendParts(project, [...partsOf('post', run), file])
  await sendParts(project, partsOf('post', newRun({ inputs: { text: 'word '.repeat(40_000) } })))
  const rows = await sql<{ encoding: number; is_whole: boolean }[]>`
    select l.encoding, octet_length(l.body) = l.raw_bytes as is_whole
    from log l join projects p using (project_no) where p.project_id = ${project.project_id} order by l.log_id`
  const [dense, text] = rows.map(({ encoding, is_whole }) => [ENCODINGS[encoding], is_whole])
  expect([dense, text]).toEqual([
    ['identity', true],
    ['zstd', false],
  ])
  await expectWhole(project)
})

/** A time in milliseconds whose digits would pass for a registration number. */
function likeRegistration(): number {
  const first = Date.UTC(2023, 10, 27)
  const found = [...Array(1000).keys()].map((ms) => first + ms).find((ms) => rrn.find(String(ms)).length > 0)
  if (found === undefined) throw new Error('no such time')
  return found
}
