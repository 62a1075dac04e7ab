import { afterAll, expect, test } from 'bun:test'
import { at, mainOf, openUi, sample, valuesOf } from './open-ui.ts'

const hub = await openUi()
afterAll(hub.stop)

const RUNNING = { status: 'running', end_time: null }

/** The fragments of a page: where each asks for itself, and what it says it has. The navigation counts for itself. */
function fragmentsOf(page: string) {
  const html = mainOf(page)
  const [paths, heads] = [valuesOf(html, 'hx-get'), valuesOf(html, 'hx-headers')]
  return paths.map((path, n) => ({ path, headers: JSON.parse(heads[n] ?? '{}') as Record<string, string> }))
}

const poll = async (html: string) =>
  Promise.all(fragmentsOf(html).map(({ path, headers }) => hub.get(path, headers)))

const statuses = (answers: Response[]) => answers.map(({ status }) => status)

test('a poll of what has not changed is 304 without a body, for list, figures and trace', async () => {
  const project = await hub.mint()
  const { trace_id, body } = sample({ trace: RUNNING, span: RUNNING })
  await hub.tell(project, '/ingest/traces', body)
  for (const path of [
    `/?project_id=${project.project_id}`,
    `/traces/${trace_id}?project_id=${project.project_id}`,
  ]) {
    const answers = await poll(await hub.page(path))
    expect(answers.length).toBeGreaterThan(0)
    expect([path, statuses(answers)]).toEqual([path, answers.map(() => 304)])
    for (const answer of answers) expect(await answer.text()).toBe('')
  }
})

test('a poll of a trace without news is one question to the API, answered with 304, whatever is selected', async () => {
  const project = await hub.mint()
  const { trace_id, span_id, body } = sample({ trace: RUNNING, span: RUNNING })
  await hub.tell(project, '/ingest/traces', body)
  for (const more of [
    '',
    `&span=${span_id}`,
    '&view=timeline',
    '&view=evaluations',
    '&find=answer&path=on',
  ]) {
    const page = await hub.page(`/traces/${trace_id}?project_id=${project.project_id}${more}`)
    const before = hub.asked.length
    expect(statuses(await poll(page))).toEqual([304])
    const spans = more === '&view=timeline' ? 'full' : 'none'
    expect(hub.asked.slice(before)).toEqual([`304 /api/v1/traces/${trace_id}?spans=${spans}`])
  }
})

test('an etag that nobody gave, or one of another state, brings the fragment', async () => {
  const project = await hub.mint()
  const { trace_id, body } = sample({ trace: RUNNING, span: RUNNING })
  await hub.tell(project, '/ingest/traces', body)
  const [fragment] = fragmentsOf(await hub.page(`/traces/${trace_id}?project_id=${project.project_id}`))
  const { path = '', headers } = fragment ?? {}
  for (const etag of ['', '*', '"x"', '"x.y"', `W/${headers?.['If-None-Match'] ?? ''}`])
    expect([etag, (await hub.get(path, { 'if-none-match': etag })).status]).toEqual([etag, 200])
  expect((await hub.get(`${path}&lang=ko`, headers)).status).toBe(200)
  expect((await hub.get(path, headers)).status).toBe(304)
})

test('a poll after news is the whole fragment, which then is current again', async () => {
  const project = await hub.mint()
  await hub.tell(project, '/ingest/traces', sample().body)
  const page = await hub.page(`/?project_id=${project.project_id}`)
  const { trace_id, body } = sample({ trace: { name: 'second' } })
  await hub.tell(project, '/ingest/traces', body)
  // What was counted for the figures is shared for two seconds.
  hub.deps.setClock(Date.now() + 2000)
  try {
    const answers = await poll(page)
    expect(statuses(answers)).toEqual([200, 200])
    const parts = (await Promise.all(answers.map((answer) => answer.text()))).join('')
    expect(parts).toContain('1 new')
    expect(parts).not.toContain(`/traces/${trace_id}?`)
    expect(parts).not.toContain('<html')
    const [figures, list, fresh] = await poll(parts)
    expect(statuses([figures, list].filter((answer) => answer !== undefined))).toEqual([304, 304])
    expect(await fresh?.text()).toContain(`/traces/${trace_id}?`)
  } finally {
    hub.deps.setClock(null)
  }
})

test('a span that ends inside a trace changes the list and the trace', async () => {
  const project = await hub.mint()
  const { trace_id, span_id, body } = sample({ trace: RUNNING, span: RUNNING })
  await hub.tell(project, '/ingest/traces', body)
  const list = await hub.page(`/?project_id=${project.project_id}`)
  const trace = await hub.page(`/traces/${trace_id}?project_id=${project.project_id}&span=${span_id}`)
  const event = { trace_id, span_id, event_type: 'SPAN_ENDED', event_time: at(0), idempotency_key: 'end' }
  await hub.tell(project, '/ingest/spans', { events: [{ ...event, payload: { status: 'success' } }] })
  const changed = await Promise.all((await poll(list)).map((part) => part.text()))
  expect(changed.join('')).toContain(`/traces/${trace_id}?`)
  const [answer] = await poll(trace)
  expect(answer?.status).toBe(200)
  expect(await answer?.text()).toContain('Span ended')
})

test('a trace that goes quiet turns stale on the screen, though nothing was sent', async () => {
  const project = await hub.mint()
  const { trace_id, body } = sample({ trace: RUNNING, span: RUNNING })
  await hub.tell(project, '/ingest/traces', body)
  const pages = [`/?project_id=${project.project_id}`, `/traces/${trace_id}?project_id=${project.project_id}`]
  const before = await Promise.all(pages.map(hub.page))
  hub.deps.setClock(Date.now() + 31 * 60_000)
  try {
    for (const page of before) {
      const answers = await Promise.all((await poll(page)).map((answer) => answer.text()))
      expect(answers.join('')).toContain('<span class="state state-stale"')
    }
  } finally {
    hub.deps.setClock(null)
  }
})

test('an evaluation reaches the page of a trace that runs', async () => {
  const project = await hub.mint()
  const { trace_id, body } = sample({ trace: RUNNING, span: RUNNING })
  await hub.tell(project, '/ingest/traces', body)
  const path = `/traces/${trace_id}?project_id=${project.project_id}&view=evaluations`
  const page = await hub.page(path)
  const verdict = {
    trace_id,
    eval_name: 'faithfulness',
    eval_model: 'm',
    score: 0.9,
    passed: true,
    idempotency_key: 'e',
  }
  await hub.tell(project, '/evals', verdict)
  const [answer] = await poll(page)
  expect(await answer?.text()).toContain('faithfulness')
})

test('a finished trace does not poll, a running one does, a paused page does not (W-76)', async () => {
  const project = await hub.mint()
  const done = sample()
  const open = sample({ trace: RUNNING, span: RUNNING })
  for (const { body } of [done, open]) await hub.tell(project, '/ingest/traces', body)
  const at_project = `?project_id=${project.project_id}`
  const finished = mainOf(await hub.page(`/traces/${done.trace_id}${at_project}`))
  expect([finished.includes('hx-get'), finished.includes('hx-trigger')]).toEqual([false, false])
  expect(await hub.page(`/traces/${open.trace_id}${at_project}&every=5`)).toContain(
    'hx-trigger="every 5s, wake"',
  )
  for (const path of [`/traces/${open.trace_id}${at_project}&live=off`, `/${at_project}&live=off`]) {
    const paused = mainOf(await hub.page(path))
    expect(paused).toContain('Paused')
    expect(paused).not.toContain('hx-get')
    expect(valuesOf(paused, 'href')).toContain(path.replace('&live=off', ''))
  }
})

test('a trace that ends answers its next poll with a fragment that polls no more', async () => {
  const project = await hub.mint()
  const { trace_id, span_id, body } = sample({ trace: RUNNING, span: RUNNING })
  await hub.tell(project, '/ingest/traces', body)
  const page = await hub.page(`/traces/${trace_id}?project_id=${project.project_id}`)
  const trace = { trace_id, status: 'success', start_time: body.trace.start_time, end_time: at(0) }
  await hub.tell(project, '/ingest/traces', { trace })
  const [still] = await poll(page)
  const open = (await still?.text()) ?? ''
  expect(open).toContain('hx-trigger')
  const event = { trace_id, span_id, event_type: 'SPAN_ENDED', event_time: at(0), idempotency_key: 'end' }
  await hub.tell(project, '/ingest/spans', { events: [{ ...event, payload: { status: 'success' } }] })
  const [answer] = await poll(open)
  const part = (await answer?.text()) ?? ''
  expect(part).toContain('Finished')
  expect(part).not.toContain('hx-trigger')
})

test('another language, filter or selected span is another state of the fragment', async () => {
  const project = await hub.mint()
  await hub.tell(project, '/ingest/traces', sample().body)
  const [fragment] = fragmentsOf(await hub.page(`/?project_id=${project.project_id}&live=on`))
  for (const more of ['&lang=ko', '&status=success', '&page_size=10']) {
    expect((await hub.get(`${fragment?.path}${more}`, fragment?.headers)).status).toBe(200)
  }
})

test('an empty project turns into its list by a poll', async () => {
  const project = await hub.mint()
  const empty = await hub.page(`/?project_id=${project.project_id}`)
  expect(statuses(await poll(empty))).toEqual([304, 304])
  await hub.tell(project, '/ingest/traces', sample().body)
  const parts = await Promise.all((await poll(empty)).map((answer) => answer.text()))
  expect(parts.join('')).toContain('class="traces"')
})

test('while the API is away pages say so and try again by themselves; then they are back', async () => {
  const project = await hub.mint()
  const { trace_id, body } = sample()
  await hub.tell(project, '/ingest/traces', body)
  const paths = ['/projects', `/?project_id=${project.project_id}`, `/traces/${trace_id}`]
  hub.setAway(true)
  try {
    for (const path of paths) {
      const response = await hub.get(path)
      const html = await response.text()
      expect([path, response.status, response.headers.get('retry-after')]).toEqual([path, 503, '5'])
      expect(html).toContain('The hub cannot answer right now')
      expect(html).toContain('<meta http-equiv="refresh" content="5"/>')
      expect(html).not.toContain('connection refused')
    }
    const form = await hub.submit(`/projects/${project.project_id}/deactivate`)
    expect(form.status).toBe(503)
    expect(await form.text()).not.toContain('http-equiv="refresh"')
  } finally {
    hub.setAway(false)
  }
  for (const path of paths) expect([path, (await hub.get(path)).status]).toEqual([path, 200])
})
