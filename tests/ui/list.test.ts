import { afterAll, expect, test } from 'bun:test'
import { at, HOSTILE, openUi, sample, valuesOf } from './open-ui.ts'

const hub = await openUi()
afterAll(hub.stop)

/** A project with traces, and the address of its list. */
async function listing(...traces: object[]) {
  const project = await hub.mint()
  const ids: string[] = []
  for (const trace of traces) {
    const { trace_id, body } = sample({ trace })
    await hub.tell(project, '/ingest/traces', body)
    ids.push(trace_id)
  }
  const path = `/?project_id=${project.project_id}`
  const listed = async (more: string) => {
    const html = await hub.page(path + more)
    return ids.map((id) => html.includes(`/traces/${id}?`))
  }
  return { project, ids, path, listed }
}

const q = (text: string) => `&q=${encodeURIComponent(text)}`

/** The one value that an input of this name has in a page. */
const valueOf = (html: string, name: string) =>
  valuesOf((new RegExp(`<input[^>]* name="${name}"[^>]*>`).exec(html) ?? [''])[0], 'value')[0]
    ?.replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')

/** The values of the boxes of this name that are ticked. */
const ticked = (html: string, name: string) =>
  [...html.matchAll(/<input type="checkbox"[^>]*>/g)]
    .map(([box]) => box)
    .filter((box) => box.includes(` name="${name}"`) && box.includes(' checked'))
    .flatMap((box) => valuesOf(box, 'value'))

test('the query bar narrows the list as it says (W-72)', async () => {
  const { listed } = await listing(
    { status: 'error', environment: 'prod', user_id: '김 철수' },
    { status: 'success', environment: 'dev' },
  )
  expect(await listed(q('status:error'))).toEqual([true, false])
  expect(await listed(q('-env:dev'))).toEqual([true, false])
  expect(await listed(q('user:"김 철수"'.normalize('NFD')))).toEqual([true, false])
  expect(await listed(q('latency:<1h'))).toEqual([true, true])
})

test('the bar and the form are two views of the same conditions', async () => {
  const { path } = await listing({ model: 'gpt-4.1', environment: 'prod' }, { model: 'claude, *5' })
  const said = 'model:gpt-4.1,claude* latency:>2s has:error -env:dev "money back"'
  const html = await hub.page(path + q(said))
  expect(valueOf(html, 'q')).toBe('model:gpt-4.1,claude* latency:>2s has:error -env:dev "money back"')
  expect(ticked(html, 'f.model')).toEqual(['claude*', 'gpt-4.1'])
  expect(ticked(html, 'has')).toEqual(['error'])
  expect(valueOf(html, 'a.latency')).toBe('>2s')
  expect(valueOf(html, 'rest')).toBe('-env:dev "money back"')
  expect(html).toContain('value="&quot;claude, *5&quot;"')
})

test('a sent form becomes one readable address', async () => {
  const { path } = await listing({})
  const form = new URLSearchParams([
    ...[...new URL(path, 'http://x').searchParams],
    ...[
      ['form', 'filter'],
      ['f.status', 'error'],
      ['f.status', 'running'],
      ['f.model', '"a, b"'],
      ['o.model', 'gpt*'],
    ],
    ...[
      ['o.user', ''],
      ['a.latency', '> 2s'],
      ['has', 'cost'],
      ['has', 'user'],
      ['rest', '-env:dev'],
      ['range', '24h'],
    ],
    ...[
      ['page_size', '10'],
      ['q', 'old'],
      ['cursor', 'x'],
    ],
  ] as [string, string][])
  const response = await hub.get(`/?${form}`)
  expect(response.status).toBe(303)
  const there = new URL(response.headers.get('location') ?? '', 'http://x')
  expect(Object.fromEntries(there.searchParams)).toEqual({
    project_id: new URL(path, 'http://x').searchParams.get('project_id') ?? '',
    q: 'status:error,running model:"a, b",gpt* latency:>2s has:cost has:user -env:dev',
    range: '24h',
    page_size: '10',
  })
  expect((await hub.get(there.pathname + there.search)).status).toBe(200)
})

test('a link of one value takes the place of what the bar said of the same field', async () => {
  const { path } = await listing({})
  const response = await hub.get(`${path}${q('status:success env:prod -status:error')}&status=running`)
  const there = new URL(response.headers.get('location') ?? '', 'http://x')
  expect(there.searchParams.get('q')).toBe('env:prod -status:error status:running')
  expect(there.searchParams.has('status')).toBe(false)
})

test('every condition can be taken away by itself', async () => {
  const { path } = await listing({ user_id: 'u-1' })
  const page = await hub.page(`${path}&range=7d${q('status:error -env:dev user:u-1')}`)
  const hrefs = valuesOf(page, 'href')
  expect(hrefs).toContain(`${path}&range=7d${q('-env:dev user:u-1').replaceAll('%20', '+')}#filter`)
  expect(hrefs).toContain(`${path}#filter`)
})

test('what cannot be read is marked in its place, with a link to what was probably meant', async () => {
  const { path, ids } = await listing({})
  const response = await hub.get(`${path}${q('ok modle:gpt latency:>fast')}`)
  const html = await response.text()
  expect(response.status).toBe(200)
  expect(html).toContain('<mark><bdi>modle:gpt</bdi></mark>')
  expect(html).toContain('There is no field of this name')
  expect(html).toContain('Did you mean model?')
  expect(valuesOf(html, 'href')).toContain(`${path}&q=ok+model%3Agpt+latency%3A%3Efast#filter`)
  expect(html).toContain('This is no amount of this field')
  expect(valueOf(html, 'q')).toBe('ok modle:gpt latency:>fast')
  expect(html).not.toContain(ids[0] ?? '')
  expect(html).not.toContain('/export?')
})

test('hostile text in the bar is only text', async () => {
  const { path } = await listing({})
  for (const said of [HOSTILE, JSON.stringify(HOSTILE), `user:${JSON.stringify(HOSTILE)}`]) {
    const html = await hub.page(path + q(said))
    expect(html).not.toContain('<script>window')
    expect(html).not.toContain('<img')
    expect(html).not.toContain('<style>')
  }
  const chips = await hub.page(path + q('"\u202eexe.txt" user:"zero\u200bwidth"'))
  for (const name of ['U+202E', 'U+200B']) expect(chips).toContain(name)
})

test('what was searched for is marked in the previews', async () => {
  const { path } = await listing({ input_text: 'Das (a+b)? 환불 규정', output_text: 'nothing' })
  const html = await hub.page(path + q('"(A+B)?" 환불'))
  expect(html).toContain('Das <mark>(a+b)?</mark> <mark>환불</mark> 규정')
})

test('columns are chosen by a form and stand in the address', async () => {
  const { path } = await listing({ release: 'v9', tags: ['vip'] })
  expect(await hub.page(path)).not.toContain('v9</bdi></td>')
  const sent = await hub.get(`${path}&col=state&col=name&col=release&col=nonsense`)
  const there = sent.headers.get('location') ?? ''
  expect(there).toBe(`${path}&cols=state.name.release`)
  const html = await hub.page(there)
  const heads = [...html.matchAll(/<th scope="col" role="columnheader"[^>]*>([^<]*)/g)].map(
    ([, text]) => text,
  )
  expect(heads).toEqual(['State', 'Trace', 'Release'])
  expect(html).toContain('v9')
})

test('a decision has its column as soon as there is one', async () => {
  const { path, project, ids } = await listing({}, {})
  expect(await hub.page(path)).not.toContain('class="cell-decision"')
  await hub.deps.database.sql`
    update traces set decision = '{"action": "ESCALATE", "reason_code": "pii"}', version = version + 1
    where trace_key = ${(ids[0] ?? '').replaceAll('-', '')}`
  const html = await hub.page(path)
  expect(html).toContain('ESCALATE')
  expect(html.split('class="cell-decision"').length).toBe(4)
  const { project_id } = project
  expect(await hub.page(`/?project_id=${project_id}${q('decision:escalate')}`)).toContain(ids[0] ?? '')
})

test('nothing that matches offers longer windows, and a way back', async () => {
  const { path } = await listing({ start_time: at(-40 * 3600), end_time: at(-39 * 3600) })
  const html = await hub.page(`${path}&range=24h`)
  expect(html).toContain('No trace matches these filters')
  const hrefs = valuesOf(html, 'href')
  expect(hrefs).toContain(`${path}&range=7d#filter`)
  expect(hrefs).toContain(`${path}#filter`)
  expect(html).not.toContain('Look at 24 hours')
})

test('the list as a file has what the list has', async () => {
  const { path, ids } = await listing({ status: 'error' }, { status: 'success' }, { status: 'error' })
  const html = await hub.page(path + q('status:error'))
  const link = valuesOf(html, 'href').find((href) => href.startsWith('/export?')) ?? ''
  const response = await hub.get(link)
  expect(response.headers.get('content-disposition')).toContain('traces.jsonl')
  const lines = (await response.text()).trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id).toSorted()).toEqual(
    [ids[0] ?? '', ids[2] ?? ''].toSorted(),
  )
  expect((await hub.get('/export?project_id=nobody')).status).toBe(404)
})

test('the poll of a window that goes with the clock is 304 as well', async () => {
  const { path } = await listing({})
  hub.deps.setClock(Math.floor(Date.now() / 60_000) * 60_000 + 10_000)
  try {
    const html = await hub.page(`${path}&range=1h`)
    const [, list] = /id="trace-list" class="live" hx-get="([^"]+)"/.exec(html) ?? []
    const [, heads] = /id="trace-list"[^>]* hx-headers="([^"]+)"/.exec(html) ?? []
    hub.deps.setClock(Math.floor(Date.now() / 60_000) * 60_000 + 12_000)
    const headers = JSON.parse((heads ?? '').replaceAll('&quot;', '"')) as Record<string, string>
    const answer = await hub.get((list ?? '').replaceAll('&amp;', '&'), headers)
    expect(answer.status).toBe(304)
  } finally {
    hub.deps.setClock(null)
  }
})

test('a view is saved under a name, leads back, and can be removed', async () => {
  const { path, project } = await listing({})
  const { project_id } = project
  const query = 'q=status%3Aerror&range=7d'
  const sent = await hub.submit('/views', {
    project_id,
    name: ' 실패 <b>한</b> 것 ',
    query: `${query}&cursor=x&lang=ko`,
  })
  expect(sent.headers.get('location')).toBe(`/?project_id=${project_id}&${query}#filter`)
  const html = await hub.page(path)
  expect(html).toContain('실패 &lt;b&gt;한&lt;/b&gt; 것')
  expect(valuesOf(html, 'href')).toContain(`/?project_id=${project_id}&${query}#filter`)
  const other = await hub.mint()
  expect(await hub.page(`/?project_id=${other.project_id}`)).not.toContain('실패')
  const remove = valuesOf(html, 'action').find((action) => action.endsWith('/remove')) ?? ''
  await hub.submit(remove, { project_id: other.project_id, query: '' })
  expect(await hub.page(path)).toContain('실패')
  await hub.submit(remove, { project_id, query })
  expect(await hub.page(path)).not.toContain('실패')
})

test('a view of the same name gives way, and one without a name is refused', async () => {
  const { path, project } = await listing({})
  const { project_id } = project
  for (const query of ['q=a', 'q=b']) await hub.submit('/views', { project_id, name: 'mine', query })
  const hrefs = valuesOf(await hub.page(path), 'href').filter((href) => /q=[ab]/.test(href))
  expect(hrefs).toEqual([`/?project_id=${project_id}&q=b#filter`])
  for (const name of ['', '  ', 'x'.repeat(81)]) {
    const refused = await hub.submit('/views', { project_id, name, query: '' })
    expect(refused.status).toBe(422)
  }
  expect((await hub.submit('/views', { project_id: crypto.randomUUID(), name: 'x', query: '' })).status).toBe(
    404,
  )
  expect(
    (await hub.submit('/views', { project_id, name: 'x', query: '' }, { 'sec-fetch-site': 'cross-site' }))
      .status,
  ).toBe(403)
})
