import { afterAll, expect, test } from 'bun:test'
import { at, HOSTILE, hostile, mainOf, openUi, valuesOf } from './open-ui.ts'

const hub = await openUi()
afterAll(hub.stop)

const PAGES = ['/sessions', '/users', '/evals', '/ledger'] as const

type Project = Awaited<ReturnType<typeof hub.mint>>

const turn = async (project: Project, session_id: string, from: number, more: object = {}) => {
  const trace_id = crypto.randomUUID()
  const times = { start_time: at(from), end_time: at(from + 1) }
  await hub.tell(project, '/ingest/traces', {
    trace: { trace_id, session_id, status: 'success', ...times, ...more },
  })
  return trace_id
}

const judge = (project: Project, trace_id: string, more: object = {}) =>
  hub.tell(project, '/evals', {
    ...{ trace_id, eval_name: 'faithfulness', eval_model: 'm', score: 0.9, passed: true },
    ...{ idempotency_key: crypto.randomUUID(), ...more },
  })

/** Asks again as a page does that shows this; in the order of its fragments. */
async function poll(page: string) {
  const html = mainOf(page)
  const heads = valuesOf(html, 'hx-headers')
  return Promise.all(
    valuesOf(html, 'hx-get').map((path, n) =>
      hub.get(path, JSON.parse(heads[n] ?? '{}') as Record<string, string>),
    ),
  )
}

test('a session is a conversation: turns link to their traces, pauses and totals are said', async () => {
  const project = await hub.mint()
  const first = await turn(project, 's', -1000, { input_text: 'What is it?', output_text: 'It is this.' })
  const second = await turn(project, 's', -279, { user_id: 'ann', input_text: 'And now?' })
  await judge(project, second)
  const html = await hub.page(`/sessions/s?project_id=${project.project_id}`)
  for (const trace_id of [first, second]) expect(html).toContain(`/traces/${trace_id}?project_id=`)
  for (const said of ['What is it?', 'It is this.', '12 min 0 s later', '1 passed', 'ann'])
    expect(html).toContain(said)
  expect(html.indexOf('What is it?')).toBeLessThan(html.indexOf('And now?'))
  const list = await hub.page(`/sessions?project_id=${project.project_id}`)
  expect(valuesOf(list, 'href')).toContain(`/sessions/s?project_id=${project.project_id}`)
})

test('a poll without news is 304 on every page of records, and news is the fragment', async () => {
  const project = await hub.mint()
  const trace_id = await turn(project, 's', -100, { user_id: 'ann' })
  await judge(project, trace_id)
  const paths = [...PAGES, '/sessions/s'].map((path) => `${path}?project_id=${project.project_id}`)
  const pages = await Promise.all(paths.map(hub.page))
  for (const [n, html] of pages.entries()) {
    const statuses = (await poll(html)).map(({ status }) => status)
    expect([paths[n], statuses]).toEqual([paths[n], statuses.map(() => 304)])
    expect(statuses.length).toBeGreaterThan(0)
  }
  await judge(project, await turn(project, 's', -50, { user_id: 'ben' }), { eval_name: 'tone' })
  // What was counted over a window is shared for two seconds.
  hub.deps.setClock(Date.now() + 2000)
  try {
    for (const [n, html] of pages.entries()) {
      const statuses = (await poll(html)).map(({ status }) => status)
      expect([paths[n], statuses]).toEqual([paths[n], statuses.map(() => 200)])
    }
  } finally {
    hub.deps.setClock(null)
  }
})

test('the navigation leads to every page of the project and marks the one that is shown', async () => {
  const project = await hub.mint()
  await turn(project, 's', -10)
  const navOf = (html: string) => /<nav class="sections"[^]*?<\/nav>/.exec(html)?.[0] ?? ''
  for (const path of [...PAGES, '/', '/sessions/s']) {
    const nav = navOf(await hub.page(`${path}?project_id=${project.project_id}&lang=ko`))
    const places = valuesOf(nav, 'href').map((href) => href.split('?')[0])
    const below = ['sessions', 'users', 'evals', 'policies', 'decisions', 'cases', 'notifications', 'ledger']
    expect(places).toEqual(['/projects', '/', '/', ...below.map((name) => `/${name}`)])
    expect(nav.match(/href="[^"]*lang=ko&amp;project_id=/g)?.length).toBe(10)
    const kind = path === '/sessions/s' ? 'true' : 'page'
    expect([path, valuesOf(nav, 'aria-current')]).toEqual([path, [kind]])
  }
  expect(navOf(await hub.page('/projects'))).toBe('')
  expect((await hub.get('/users')).headers.get('location')).toBe('/projects')
})

test('each empty page says what to send, as a command that stores it', async () => {
  const project = await hub.mint()
  for (const path of PAGES) {
    const html = await hub.page(`${path}?project_id=${project.project_id}`)
    expect(html).toContain('id="snippet-curl"')
    expect(html).toContain('x-api-key: YOUR_PROJECT_KEY'.replaceAll("'", '&#39;'))
  }
  const html = await hub.page(`/sessions?project_id=${project.project_id}`)
  const curl = /<pre id="snippet-curl"[^>]*>([^]*?)<\/pre>/.exec(html)?.[1] ?? ''
  const body = /-d &#39;([^]*)&#39;/.exec(curl)?.[1]?.replaceAll('&quot;', '"') ?? ''
  await hub.tell(project, '/ingest/traces', JSON.parse(body))
  expect(await hub.page(`/sessions?project_id=${project.project_id}`)).toContain('/sessions/session-1?')
})

test('the snippet for an evaluation names a real trace, and never one whose id is more than an id', async () => {
  const project = await hub.mint()
  const times = { start_time: at(-5), end_time: at(-4) }
  const path = `/evals?project_id=${project.project_id}`
  await hub.tell(project, '/ingest/traces', { trace: { trace_id: `x'; touch /tmp/x; '`, ...times } })
  expect(await hub.page(path)).toContain('YOUR_TRACE_ID')
  const trace_id = await turn(project, 's', -1)
  expect(await hub.page(path)).toContain(`&quot;trace_id&quot;: &quot;${trace_id}&quot;`)
})

test('the ledger shows for each hour that everything became one of three', async () => {
  const project = await hub.mint()
  const log = { trace_id: 't', event_type: 'LOG', event_time: at(-1), idempotency_key: 'a' }
  const events = [log, log, { ...log, event_time: 'never' }]
  await hub.api.request('POST', '/api/v1/ingest/spans', { key: project.key, body: { events } })
  const html = await hub.page(`/ledger?project_id=${project.project_id}`)
  const [, row = ''] = html.split('<tbody')[1]?.split('<tr') ?? []
  const figures = [...row.matchAll(/<td[^>]*>(?:<[^>]+>)*(\d+)</g)].map(([, figure]) => Number(figure))
  expect(figures.slice(0, 5)).toEqual([1, 3, 1, 1, 1])
  expect(row).toContain('Adds up')
})

test('nothing hostile that a trace, session, user or evaluation says becomes markup, and links keep their origin', async () => {
  const project = await hub.mint()
  const said = hostile()
  await hub.tell(project, '/ingest/traces', said.traces)
  await hub.tell(project, '/evals', said.evaluation)
  const session = encodeURIComponent('" onmouseover="window.hit=1')
  for (const path of [...PAGES, `/sessions/${session}`]) {
    const html = await hub.page(`${path}?project_id=${project.project_id}`)
    expect([
      path,
      /<script(?! src="\/)/.test(html),
      html.includes('<img'),
      / onmouseover="/.test(html),
    ]).toEqual([path, false, false, false])
    for (const href of valuesOf(html, 'href')) expect(href).toMatch(/^[/#]/)
    expect(html).not.toContain(HOSTILE)
  }
})

test("another project's pages, and a session that only another has, are the same 404", async () => {
  const [mine, other] = [await hub.mint(), await hub.mint()]
  await turn(other, 'theirs', -10)
  const page = async (path: string) => {
    const response = await hub.get(path)
    return [response.status, /<main[^]*<\/main>/.exec(await response.text())?.[0]]
  }
  const nobody = await page(`/sessions/never?project_id=${mine.project_id}`)
  expect(nobody[0]).toBe(404)
  expect(await page(`/sessions/theirs?project_id=${mine.project_id}`)).toEqual(nobody)
  for (const path of PAGES) expect(await page(`${path}?project_id=${crypto.randomUUID()}`)).toEqual(nobody)
})

test('what the filters make unanswerable is said on the page, with a way back', async () => {
  const project = await hub.mint()
  for (const path of ['/sessions', '/users', '/evals']) {
    const response = await hub.get(`${path}?project_id=${project.project_id}&cursor=broken`)
    const html = await response.text()
    expect([path, response.status, html.includes('cursor')]).toEqual([path, 200, true])
    expect(valuesOf(html, 'href')).toContain(`${path}?project_id=${project.project_id}`)
  }
})

test('a form sends its empty fields, and the address is kept to what was chosen', async () => {
  const project = await hub.mint()
  const response = await hub.get(`/users?project_id=${project.project_id}&search=&sort=cost&hours=`)
  expect([response.status, response.headers.get('location')]).toEqual([
    303,
    `/users?project_id=${project.project_id}&sort=cost`,
  ])
})
