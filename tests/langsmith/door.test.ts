import { afterAll, expect, test } from 'bun:test'
import { listEvals } from '#shared/contract/evals.ts'
import { at, shown } from '../query/open-hub.ts'
import { BOUNDARY, multipart, partsOf } from './multipart.ts'
import { endOf, newId, newRun, openLangsmith } from './open-langsmith.ts'

const hub = await openLangsmith()
afterAll(hub.stop)

const PREFIXES = ['', '/langsmith', '/api/v1']

test.each(PREFIXES)('GET %s/info tells clients how much they may send, compressed how', async (prefix) => {
  const response = await hub.api.request('GET', `${prefix}/info`)
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({
    instance_flags: { gzip_body_enabled: true, zstd_compression_enabled: true },
    batch_ingest_config: { use_multipart_endpoint: true, size_limit_bytes: 10_485_760 },
  })
})

test.each(
  PREFIXES.flatMap((prefix) =>
    (['identity', 'gzip', 'zstd'] as const).map((encoding) => [prefix, encoding] as const),
  ),
)('a run at %s/runs/multipart in %s is stored, its parts put together', async (prefix, encoding) => {
  const project = await hub.mint()
  const run = newRun({
    ...{ run_type: 'llm', inputs: { question: 'Hello?' }, outputs: { answer: '안녕' } },
    end_time: at(2),
    extra: { metadata: { ls_model_name: 'gpt-4.1', ls_provider: 'openai' } },
  })
  const { status, json } = await hub.sendParts(project, partsOf('post', run), encoding, prefix)
  expect([status, json]).toEqual([202, { accepted: 1, duplicates: 0, rejected: [] }])
  const { spans, trace } = await hub.traceOf(project, String(run['id']))
  expect(trace).toMatchObject({ status: 'success', name: 'work', total_spans: 1 })
  expect(spans[0]).toMatchObject({
    ...{ span_type: 'llm', model: 'gpt-4.1', provider: 'openai', id: run['id'], parent_span_id: null },
    ...{ input: { question: 'Hello?' }, output: { answer: '안녕' } },
    ...{ start_time: shown(1), end_time: shown(2) },
  })
})

test('a body in chunks without a length is read', async () => {
  const project = await hub.mint()
  const run = newRun({ inputs: { text: 'in pieces' } })
  const whole = multipart(partsOf('post', run))
  let sent = 0
  const body = new ReadableStream({
    pull(controller) {
      if (sent >= whole.length) controller.close()
      else controller.enqueue(new Uint8Array(whole.subarray(sent, (sent += 100))))
    },
  })
  const headers = { 'x-api-key': project.key, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }
  const response = await hub.api.fetch(
    new Request('http://localhost/runs/multipart', { method: 'POST', body, headers }),
  )
  expect(response.status).toBe(202)
  expect((await hub.traceOf(project, String(run['id']))).spans[0]?.input).toEqual({ text: 'in pieces' })
})

test.each(PREFIXES)('a batch at %s/runs/batch tells the same', async (prefix) => {
  const project = await hub.mint()
  const run = newRun({ inputs: { a: 1 } })
  const body = { post: [run], patch: [endOf(run, { outputs: { b: 2 } })] }
  const { status, json } = await hub.json(project, 'POST', `${prefix}/runs/batch`, body)
  expect([status, json['accepted']]).toEqual([202, 2])
  const { spans } = await hub.traceOf(project, String(run['id']))
  expect(spans).toHaveLength(1)
  expect(spans[0]).toMatchObject({ input: { a: 1 }, output: { b: 2 }, status: 'success', end_time: shown(2) })
})

test.each(PREFIXES)('a run may begin at POST %s/runs and end at PATCH', async (prefix) => {
  const project = await hub.mint()
  const { id, ...run } = newRun({ inputs: { a: 1 } })
  expect((await hub.json(project, 'POST', `${prefix}/runs`, { id, ...run })).status).toBe(202)
  const end = { end_time: at(3), outputs: { text: 'as sent: 1.50' } }
  expect((await hub.json(project, 'PATCH', `${prefix}/runs/${String(id)}`, end)).status).toBe(202)
  const { spans } = await hub.traceOf(project, String(id))
  expect(spans).toHaveLength(1)
  expect(spans[0]).toMatchObject({ status: 'success', input: { a: 1 }, output: { text: 'as sent: 1.50' } })
})

test('runs that name no trace are put where their parent is, and their ends where they are', async () => {
  const project = await hub.mint()
  const [root, child] = [newId(), newId()]
  await hub.json(project, 'POST', '/runs', { id: root, name: 'root', run_type: 'chain', start_time: at(1) })
  const said = { name: 'child', run_type: 'tool', start_time: Date.parse(at(2)), parent_run_id: root }
  expect((await hub.json(project, 'POST', '/runs', { id: child, ...said })).status).toBe(202)
  expect((await hub.json(project, 'PATCH', `/runs/${child}`, { outputs: { b: 2 } })).status).toBe(202)
  expect((await hub.json(project, 'PATCH', `/runs/${root}`, { end_time: at(4) })).status).toBe(202)
  const { spanOf, trace } = await hub.traceOf(project, root)
  expect(trace).toMatchObject({ total_spans: 2, ended_spans: 1, name: 'root' })
  expect(spanOf('child')).toMatchObject({
    parent_span_id: root,
    output: { b: 2 },
    start_time: shown(2),
    status: 'running',
  })
})

test('an end that tells the start anew is believed, whatever was known of it', async () => {
  const project = await hub.mint()
  const id = newId()
  await hub.json(project, 'POST', '/runs', { id, name: 'root', run_type: 'chain', start_time: at(1) })
  await hub.json(project, 'PATCH', `/runs/${id}`, { start_time: at(2), end_time: at(4) })
  const { spanOf } = await hub.traceOf(project, id)
  expect(spanOf('root')).toMatchObject({ start_time: shown(2), end_time: shown(4) })
})

test('an end of a run that nobody knows and that names no trace is to be sent again', async () => {
  const project = await hub.mint()
  const { status, headers, json } = await hub.json(project, 'PATCH', `/runs/${newId()}`, { end_time: at(4) })
  expect([status, json['code'], headers.get('retry-after')]).toEqual([503, 'not_stored', '1'])
})

test('what is sent again is answered like the first time, and is stored once', async () => {
  const project = await hub.mint()
  const run = newRun({ inputs: { a: 1 } })
  const body = multipart([...partsOf('post', run), ...partsOf('patch', endOf(run))])
  const first = await hub.sendBytes(project, body)
  const again = await hub.sendBytes(project, body, 'gzip')
  const others = await hub.sendBytes(project, multipart(partsOf('post', run), BOUNDARY))
  expect([first.status, again.status, others.status]).toEqual([202, 202, 202])
  expect(again.json).toEqual({ accepted: 0, duplicates: 2, rejected: [] })
  expect(others.json).toEqual({ accepted: 0, duplicates: 1, rejected: [] })
  const { trace } = await hub.traceOf(project, String(run['id']))
  expect(trace).toMatchObject({ total_spans: 1, version: 1 })
  const other = await hub.sendParts(project, partsOf('post', { ...run, name: 'another name' }))
  expect([other.status, other.json['accepted']]).toEqual([202, 1])
})

test('feedback becomes an evaluation of its run, alone or beside runs', async () => {
  const project = await hub.mint()
  const run = newRun()
  const trace_id = String(run['id'])
  const told = { id: newId(), run_id: run['id'], key: 'helpful', score: 0.25, comment: 'Not really' }
  const early = await hub.json(project, 'POST', '/feedback', told)
  expect([early.status, early.headers.get('retry-after')]).toEqual([503, '1'])
  const beside = {
    id: newId(),
    run_id: run['id'],
    trace_id,
    key: 'tone',
    value: 'pass',
    correction: { a: 1 },
  }
  const parts = [...partsOf('post', run), { name: `feedback.${beside.id}`, content: beside }]
  expect((await hub.sendParts(project, parts)).json).toEqual({ accepted: 2, duplicates: 0, rejected: [] })
  const alone = await hub.json(project, 'POST', '/feedback', told)
  expect([alone.status, alone.json]).toEqual([200, told])
  expect((await hub.json(project, 'POST', '/feedback', told)).status).toBe(200)
  const { items } = await hub.ask(project, listEvals, { query: {} })
  const found = items.toSorted((a, b) => (a.eval_name < b.eval_name ? -1 : 1))
  expect(found).toMatchObject([
    {
      ...{ eval_name: 'helpful', score: 0.25, passed: false, explanation: 'Not really', eval_model: 'api' },
      ...{ span_id: run['id'], trace_id, metadata: { feedback_id: told.id } },
    },
    {
      ...{ eval_name: 'tone', score: 1, passed: true, label: 'pass', trace_id },
      metadata: { feedback_id: beside.id, value: 'pass', correction: { a: 1 } },
    },
  ])
})

test('feedback that tells no pass from no fail is refused by name', async () => {
  const project = await hub.mint()
  const said = { run_id: newId(), trace_id: newId(), key: 'note', comment: 'hm' }
  const { status, json } = await hub.json(project, 'POST', '/feedback', said)
  expect([status, json['code']]).toEqual([422, 'validation_error'])
  expect(JSON.stringify(json['detail'])).toContain('"score"')
})

test('a key may come as x-api-key, as a bearer token, or in Basic; without one nothing is stored', async () => {
  const project = await hub.mint()
  const basic = Buffer.from(`any:${project.key}`).toString('base64')
  for (const [headers, status] of [
    [{ 'x-api-key': project.key }, 202],
    [{ authorization: `Bearer ${project.key}` }, 202],
    [{ authorization: `Basic ${basic}` }, 202],
    [{}, 401],
  ] as const) {
    const body = { post: [newRun()] }
    const response = await hub.api.request('POST', '/runs/batch', { body, headers })
    expect(response.status).toBe(status)
  }
})

test('a database that is gone is 503 with Retry-After at every door, never 500', async () => {
  const other = await openLangsmith()
  const project = await other.mint()
  const run = newRun()
  expect((await other.sendParts(project, partsOf('post', run))).status).toBe(202)
  await other.deps.database.stop()
  const answers = [
    await other.sendParts(project, partsOf('post', run)),
    await other.json(project, 'POST', '/runs/batch', { post: [run] }),
    await other.json(project, 'POST', '/runs', run),
    await other.json(project, 'PATCH', `/runs/${String(run['id'])}`, { end_time: at(2) }),
    await other.json(project, 'POST', '/feedback', { run_id: run['id'], key: 'k', score: 1 }),
  ]
  for (const { status, headers } of answers) expect([status, headers.get('retry-after')]).toEqual([503, '1'])
})

test('what cannot be stored for a reason that nobody knows is 503 too, and the cause is in the log', async () => {
  const other = await openLangsmith()
  const project = await other.mint()
  Object.defineProperty(other.deps.config, 'body_seconds', {
    get() {
      throw new Error('broken inside')
    },
  })
  const answers = [
    await other.sendParts(project, partsOf('post', newRun())),
    await other.json(project, 'POST', '/feedback', { run_id: newId(), key: 'k', score: 1 }),
  ]
  for (const { status, headers, json } of answers)
    expect([status, headers.get('retry-after'), json['code']]).toEqual([503, '1', 'not_stored'])
  expect(other.deps.logged.join()).toContain('broken inside')
  await other.stop()
})

test('the reference says that runs come as multipart/form-data', async () => {
  const response = await hub.api.request('GET', '/swagger/json')
  const { paths } = (await response.json()) as {
    paths: Record<string, { post: { requestBody: { content: object }; operationId: string } }>
  }
  const ids = Object.values(paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  )
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  for (const prefix of PREFIXES)
    expect(Object.keys(paths[`${prefix}/runs/multipart`]?.post.requestBody.content ?? {})).toEqual([
      'multipart/form-data',
    ])
  expect(Object.keys(paths['/runs']?.post.requestBody.content ?? {})).toEqual(['application/json'])
})
