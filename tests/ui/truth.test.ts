import { afterAll, expect, test } from 'bun:test'
import { at, openUi, sample, valuesOf } from './open-ui.ts'

const hub = await openUi()
afterAll(hub.stop)

const textOf = (html: string) =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ')

async function traced(more: Parameters<typeof sample>[0] = {}) {
  const project = await hub.mint()
  const { trace_id, span_id, body } = sample(more)
  await hub.tell(project, '/ingest/traces', body)
  return { project, trace_id, span_id, path: `/traces/${trace_id}?project_id=${project.project_id}` }
}

test('an open span has no end, no 1970 and no duration that grows (W-66)', async () => {
  const running = { status: 'running', end_time: null }
  const { path, span_id, project } = await traced({
    trace: running,
    span: { ...running, start_time: at(-3600) },
  })
  for (const page of [path, `${path}&span=${span_id}`, `/?project_id=${project.project_id}`]) {
    const text = textOf(await hub.page(page))
    expect(text).not.toContain('1970')
    expect(text).not.toMatch(/\d+ (h \d+ min|min \d+ s)/)
  }
  const text = textOf(await hub.page(`${path}&span=${span_id}`))
  expect(text).toContain('Ended still open')
  expect(text).toContain('Duration still open')
})

test('orphans and circles of parents are on the page, each once (W-68)', async () => {
  const { project, trace_id, path } = await traced()
  const span = (id: string, parent: string) => ({
    ...{ span_id: id, trace_id, parent_span_id: parent, name: `name of ${id}`, status: 'success' },
    ...{ start_time: at(-2), end_time: at(-1), idempotency_key: id },
  })
  const spans = [span('lost', 'nowhere'), span('self', 'self'), span('x', 'y'), span('y', 'x')]
  await hub.tell(project, '/ingest/traces', { trace: { trace_id, start_time: at(-2) }, spans })
  const html = await hub.page(path)
  for (const id of ['lost', 'self', 'x', 'y']) expect(html.split(`>name of ${id}<`).length).toBe(2)
  expect(html).toContain('parent missing')
  expect(html).toContain('parent cycle')
})

test('input, output and error are readable, with line breaks and in their language (W-71)', async () => {
  const { path, span_id } = await traced({
    trace: { input_text: '환불 규정\n알려줘', output_text: 'Within 14 days.' },
    span: {
      input: { messages: [{ role: 'user', content: '환불?' }] },
      output: { days: 14 },
      status: 'error',
      error: 'Boom\n  at x',
    },
  })
  const trace = await hub.page(path)
  expect(trace).toContain('환불 규정\n알려줘</div>')
  expect(trace).toContain('Within 14 days.</div>')
  const span = await hub.page(`${path}&span=${span_id}`)
  expect(span).toContain('Boom\n  at x')
  expect(span).toContain('<div class="role">User</div><div class="prose" dir="auto">환불?</div>')
  expect(textOf(span)).toContain('"days" : 14')
})

test('a LangGraph node shows its id, its visit and its source, and its page lists the visits, with the state in and out (W-70)', async () => {
  const { project, trace_id, path } = await traced()
  const node = (second: number) => ({
    ...{ node_id: 'router', node_name: 'intent router', start_time: at(second), end_time: at(second + 1) },
    ...{
      input_state: { q: 'hello' },
      output_state: { route: 'search' },
      idempotency_key: `router ${second}`,
    },
    metadata: { source_ref: { file: 'app/graph.py', line: 42, function: 'route' } },
  })
  const run = {
    trace_id,
    run_id: 'run-1',
    graph_name: 'agent',
    start_time: at(-9),
    nodes: [node(-9), node(-5)],
  }
  await hub.tell(project, '/ingest/langgraph-runs', run)
  expect(textOf(await hub.page(path))).toContain('router · visit 2 · app/graph.py:42')
  const page = textOf(await hub.page(`/traces/${trace_id}/nodes/router?project_id=${project.project_id}`))
  for (const part of [
    'Visits of this node',
    'State in',
    '"q" : "hello"',
    '"route" : "search"',
    'app/graph.py:42 · route',
  ]) {
    expect(page).toContain(part)
  }
})

test('a trace is found without its project, and where two have it the viewer chooses', async () => {
  const { project, trace_id } = await traced()
  const found = await hub.get(`/traces/${trace_id}`)
  expect(found.status).toBe(200)
  expect(valuesOf(await found.text(), 'href')).toContain(`/?project_id=${project.project_id}`)
  const other = await hub.mint()
  await hub.tell(other, '/ingest/traces', { trace: { trace_id, start_time: at(-1) } })
  const choice = await hub.page(`/traces/${trace_id}`)
  expect(choice).toContain('This trace id exists in more than one project')
  for (const { project_id } of [project, other]) {
    expect(valuesOf(choice, 'href')).toContain(`/traces/${trace_id}?project_id=${project_id}`)
  }
})

test('the figures count the window, whatever the list below shows (W-65)', async () => {
  const { project } = await traced({ span: { input_tokens: 1200, output_tokens: 34 } })
  await hub.tell(project, '/ingest/traces', sample({ trace: { status: 'error' } }).body)
  await hub.tell(
    project,
    '/ingest/traces',
    sample({ trace: { start_time: at(-40 * 3600), end_time: at(-39 * 3600) } }).body,
  )
  const text = textOf(await hub.page(`/?project_id=${project.project_id}&model=nobody`))
  expect(text).toContain('Traces that started in the last 24 hours')
  expect(text).toContain('reload to see news Traces 2')
  expect(text).toContain('Error rate 50%')
  expect(text).toContain('1,200 in, 34 out')
  expect(text).toContain('No trace matches these filters')
  const week = textOf(await hub.page(`/?project_id=${project.project_id}&range=7d`))
  expect(week).toContain('Traces that started in the last 7 days')
  expect(week).toContain('reload to see news Traces 3')
})

test('filters narrow the list, keep the page size and the interval, and stand in the address (W-72)', async () => {
  const { project, trace_id } = await traced({ trace: { user_id: 'u-1', tags: ['vip'] } })
  const noise = sample({ trace: { user_id: 'u-2' } })
  await hub.tell(project, '/ingest/traces', noise.body)
  const here = `/?project_id=${project.project_id}&page_size=10&every=15`
  for (const filter of ['user_id=u-1', 'tag=vip', `search=${trace_id}`]) {
    const html = await hub.page(`${here}&${filter}`)
    expect(html).toContain(`/traces/${trace_id}?`)
    expect(html).not.toContain(`/traces/${noise.trace_id}?`)
    expect(html).toContain('aria-current="true">10</a>')
    expect(html).toContain('name="every" value="15"')
    expect(valuesOf(html, 'href')).toContain(`${here}#filter`)
  }
  expect(await hub.page(`${here}&search=${trace_id}`)).toContain('the texts of all spans')
})

test('empty fields of the form do not stay in the address', async () => {
  const { project_id } = await hub.mint()
  const response = await hub.get(`/?project_id=${project_id}&search=&status=error&model=&from=`)
  expect(response.status).toBe(303)
  expect(response.headers.get('location')).toBe(`/?project_id=${project_id}&status=error`)
})

test('a filter that the API refuses is said in the page, with a way out', async () => {
  const { project_id } = await hub.mint()
  const response = await hub.get(`/?project_id=${project_id}&status=nonsense&from=yesterday`)
  const html = await response.text()
  expect(response.status).toBe(200)
  expect(html).toContain('Expected one of running, success')
  expect(html).toContain('start_time: Expected an RFC 3339 time')
  expect(valuesOf(html, 'href')).toContain(`/?project_id=${project_id}#filter`)
})

test('pages follow each other by cursor until the last', async () => {
  const { project } = await traced()
  for (let more = 0; more < 11; more++) await hub.tell(project, '/ingest/traces', sample().body)
  const seen = new Set<string>()
  let path: string | undefined = `/?project_id=${project.project_id}&page_size=10`
  for (let pages = 0; path; pages++) {
    expect(pages).toBeLessThan(2)
    const html = await hub.page(path)
    expect(textOf(html)).toContain('of 12 traces')
    for (const href of valuesOf(html, 'href')) if (href.startsWith('/traces/')) seen.add(href)
    path = /rel="next" href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&')
  }
  expect(seen.size).toBe(12)
})

test('a project without traces says how to send one, with a command that the API takes', async () => {
  const project = await hub.mint()
  const html = await hub.page(`/?project_id=${project.project_id}`)
  expect(html).toContain('No trace yet')
  const command = /<pre id="first-curl"[^>]*>([^<]+)<\/pre>/
    .exec(html)?.[1]
    ?.replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
  expect(command).toContain('YOUR_PROJECT_KEY')
  const body = /-d '(\{[\s\S]+\})'$/.exec(command ?? '')?.[1] ?? ''
  await hub.tell(project, '/ingest/traces', JSON.parse(body))
  const after = await hub.page(`/?project_id=${project.project_id}`)
  expect(after).not.toContain('No trace yet')
  expect(after).toContain('What is the refund policy?')
})

test('a deactivated project says so, and where to wake it', async () => {
  const { project_id } = await hub.mint()
  await hub.submit(`/projects/${project_id}/deactivate`)
  const response = await hub.get(`/?project_id=${project_id}`)
  expect(response.status).toBe(403)
  const html = await response.text()
  expect(html).toContain('This project is deactivated')
  expect(valuesOf(html, 'href')).toContain(`/projects?manage=${project_id}#manage`)
  await hub.submit(`/projects/${project_id}/activate`)
  expect((await hub.get(`/?project_id=${project_id}`)).status).toBe(200)
})

test('every page exists in both languages, and the choice goes along every link (W-74)', async () => {
  const { path, project, trace_id } = await traced()
  const paths = [
    '/projects?x=1',
    `/?project_id=${project.project_id}`,
    path,
    `/traces/${trace_id}/nodes/answer?project_id=${project.project_id}`,
  ]
  for (const page of paths) {
    const english = await hub.page(page)
    expect(english).toContain('<html lang="en">')
    const korean = await hub.page(`${page}&lang=ko`)
    expect(korean).toContain('<html lang="ko">')
    expect(korean).not.toContain('>Projects<')
    const links = valuesOf(korean, 'href').filter(
      (href) => href.startsWith('/') && !href.startsWith('/static/'),
    )
    expect(links.filter((href) => !href.includes('lang='))).toEqual([])
  }
  const response = await hub.get('/projects', { 'accept-language': 'ko-KR,ko;q=0.9' })
  expect(await response.text()).toContain('<h1>프로젝트</h1>')
})

test('a trace of 10,000 spans comes in parts, and a selected span brings its part along', async () => {
  const project = await hub.mint()
  const trace_id = crypto.randomUUID()
  const path = `/traces/${trace_id}?project_id=${project.project_id}`
  const nodes = Array.from({ length: 10_000 }, (_, n) => ({
    ...{ node_id: `n${n}`, node_name: `step ${n}`, start_time: at(n / 1000), end_time: at(n / 1000) },
    idempotency_key: `n${n}`,
  }))
  const run = { trace_id, run_id: trace_id, graph_name: 'large', start_time: at(-2), nodes }
  await hub.tell(project, '/ingest/langgraph-runs', run)
  const first = await hub.page(path)
  expect(first).toContain('1 to 200 of 10,000')
  expect(Buffer.byteLength(first)).toBeLessThan(300_000)
  const far = await hub.page(`${path}&span=n9000`)
  expect(far).toContain('9,001 to 9,200 of 10,000')
  expect(far).toContain('aria-current="true"')
})
