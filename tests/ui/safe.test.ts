import { afterAll, expect, test } from 'bun:test'
import { HOSTILE, hostile, openUi, sample, valuesOf } from './open-ui.ts'

const hub = await openUi()
afterAll(hub.stop)

async function tellHostile() {
  const project = await hub.mint()
  const { trace_id, traces, run, events, evaluation } = hostile()
  await hub.tell(project, '/ingest/traces', traces)
  await hub.tell(project, '/ingest/langgraph-runs', run)
  await hub.tell(project, '/ingest/spans', events)
  await hub.tell(project, '/evals', evaluation)
  const trace = `/traces/${encodeURIComponent(trace_id)}`
  const at = `?project_id=${project.project_id}`
  return [
    `/${at}`,
    `/${at}&search=${encodeURIComponent(HOSTILE.slice(0, 200))}&model=${encodeURIComponent(HOSTILE.slice(0, 200))}`,
    `${trace}${at}`,
    `${trace}${at}&span=constructor`,
    `${trace}${at}&span=${encodeURIComponent(HOSTILE.slice(0, 250))}`,
    `${trace}${at}&view=timeline`,
    `${trace}${at}&view=evaluations`,
    `${trace}/nodes/constructor${at}`,
    `${trace}/nodes/${encodeURIComponent(HOSTILE.slice(0, 250))}${at}`,
  ]
}

test('hostile content in every field stays text: no element, no attribute, no address comes from it', async () => {
  for (const path of await tellHostile()) {
    const response = await hub.get(path)
    const html = await response.text()
    expect([path, response.status]).toEqual([path, 200])
    expect(html.match(/<script[^>]*>/g)).toEqual(
      html.match(
        /<script (src="\/static\/[\da-f]+\/(htmx|app)\.js" defer=""|type="module" src="\/static\/[\da-f]+\/graph\.js" data-d3="\/static\/[\da-f]+\/d3-zoom\.js")>/g,
      ),
    )
    expect(html.match(/<(img|iframe|style|object|embed|form(?! method="(get|post)"))[\s>]/g)).toBeNull()
    expect(html.match(/\s(on\w+|style|srcdoc|hx-on[^=]*)="/g)).toBeNull()
    for (const address of [
      ...valuesOf(html, 'href'),
      ...valuesOf(html, 'src'),
      ...valuesOf(html, 'action'),
    ]) {
      expect(address).toMatch(/^[/#](?!\/)/)
    }
  }
})

test('every answer has the strict policy, whether page, part, file, error or redirect', async () => {
  const { project_id } = await hub.mint()
  const file = valuesOf(await hub.page('/projects'), 'src')[0] ?? ''
  const paths = [
    '/projects',
    `/?project_id=${project_id}`,
    `/fragments/traces?project_id=${project_id}`,
    '/',
    '/nowhere',
    file,
  ]
  for (const path of paths) {
    const { headers } = await hub.get(path)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('referrer-policy')).toBe('same-origin')
  }
  expect((await hub.submit('/projects', { name: 'x' }, {})).headers.get('content-security-policy')).toContain(
    "'none'",
  )
})

test('an unknown trace and one of another project give the very same page', async () => {
  const [mine, other] = [await hub.mint(), await hub.mint()]
  const { trace_id, body } = sample()
  await hub.tell(other, '/ingest/traces', body)
  const unknown = crypto.randomUUID()
  const look = async (id: string) => {
    const response = await hub.get(`/traces/${id}?project_id=${mine.project_id}`)
    return { status: response.status, html: (await response.text()).replaceAll(id, '') }
  }
  const foreign = await look(trace_id)
  expect(foreign.status).toBe(404)
  expect(foreign).toEqual(await look(unknown))
  expect(foreign.html).not.toContain('chat-request')
  expect((await hub.get(`/traces/${trace_id}?project_id=${other.project_id}`)).status).toBe(200)
})

test('unknown projects, broken addresses and unknown spans are 404 pages', async () => {
  const project = await hub.mint()
  const { trace_id, body } = sample()
  await hub.tell(project, '/ingest/traces', body)
  const paths = [
    `/?project_id=${crypto.randomUUID()}`,
    '/?project_id=not-a-uuid',
    '/traces/%ZZ',
    `/traces/${'x'.repeat(500)}`,
    `/traces/${crypto.randomUUID()}`,
    `/traces/${trace_id}/nodes/nope?project_id=${project.project_id}`,
    '/static/000000000000/app.css',
    '/favicon.ico',
    '//elsewhere.test/x',
  ]
  for (const path of paths) {
    const response = await hub.get(path)
    expect([path, response.status]).toEqual([path, 404])
    expect(await response.text()).toContain('<h1>Not found</h1>')
  }
})

test('an address that starts with two slashes leads nowhere else', async () => {
  const html = await hub.page('//elsewhere.test/x')
  expect(valuesOf(html, 'href').filter((address) => address.startsWith('//'))).toEqual([])
})

test('a wrong method is 405 and HEAD has no body', async () => {
  expect((await hub.submit('/traces/x')).status).toBe(405)
  expect((await hub.get('/projects/x/rotate-key')).status).toBe(405)
  const head = await hub.fetch(new Request('http://localhost/projects', { method: 'HEAD' }))
  expect([head.status, await head.text()]).toEqual([200, ''])
})

const FOREIGN: Record<string, string>[] = [
  {},
  { 'sec-fetch-site': 'cross-site', origin: 'http://localhost' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'none' },
  { origin: 'http://elsewhere.test' },
  { origin: 'null' },
  { origin: 'http://localhost:4000' },
]

test('no form from elsewhere reaches the admin API (W-34)', async () => {
  const { project_id, key } = await hub.mint()
  const read = () => hub.api.request('GET', '/api/v1/traces', { key })
  const projects = () => hub.api.request('GET', '/api/v1/projects', { key: 'dev-key' })
  const named = `from elsewhere ${crypto.randomUUID()}`
  for (const headers of FOREIGN) {
    for (const act of ['rotate-key', 'current-key', 'deactivate', 'activate']) {
      const response = await hub.submit(`/projects/${project_id}/${act}`, {}, headers)
      expect([act, headers, response.status]).toEqual([act, headers, 403])
      expect(await response.text()).not.toContain('proj_')
    }
    expect((await hub.submit('/projects', { name: named }, headers)).status).toBe(403)
  }
  expect((await read()).status).toBe(200)
  expect(await (await projects()).text()).not.toContain(named)
})

test('a form of our own is taken, told by Sec-Fetch-Site or by Origin: nothing needs CORS (W-64)', async () => {
  const { project_id } = await hub.mint()
  for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: 'http://localhost' }]) {
    const response = await hub.submit(`/projects/${project_id}/deactivate`, {}, headers)
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(`/projects?manage=${project_id}#manage`)
  }
})

test('no page tells a key by itself: neither the list nor any address shows one (W-33)', async () => {
  const { project_id, key } = await hub.mint()
  for (const path of ['/projects', `/projects?manage=${project_id}`, `/?project_id=${project_id}`]) {
    expect(await hub.page(path)).not.toContain(key)
  }
})

test('files are kept for ever under the address of their content', async () => {
  const page = await hub.page('/projects')
  const files = [
    ...valuesOf(page, 'src'),
    ...valuesOf(page, 'href').filter((address) => address.startsWith('/static/')),
  ]
  expect(files.length).toBe(4)
  for (const path of files) {
    const response = await hub.get(path)
    expect([path, response.status]).toEqual([path, 200])
    expect(response.headers.get('cache-control')).toContain('immutable')
  }
})

test('the scripts of a page weigh at most 60 KB compressed', async () => {
  const scripts = valuesOf(await hub.page('/projects'), 'src')
  const sizes = await Promise.all(
    scripts.map(async (path) => Bun.gzipSync(await (await hub.get(path)).bytes()).length),
  )
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000)
})
