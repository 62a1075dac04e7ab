import { afterAll, afterEach, expect, test } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import { HOSTILE, openUi, valuesOf } from './open-ui.ts'

const hub = await openUi()
afterAll(hub.stop)
afterEach(() => hub.deps.setClock(null))

const HOUR = 3_600_000
/** Twenty past the hour before the last: no test goes over an edge of a bucket. */
const NOW = Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR + HOUR / 3
const ago = (hours: number, ms = 0) => new Date(NOW - hours * HOUR + ms).toISOString()

type Told = { hours: number; took?: number; status?: string; span?: object; trace_id?: string }

/** A trace with one span that ended with it, or that runs like it. */
async function say(
  project: TestProject,
  { hours, took = 1000, status = 'success', span = {}, trace_id = crypto.randomUUID() }: Told,
) {
  const is_open = status === 'running'
  const times = { start_time: ago(hours), end_time: is_open ? null : ago(hours, took) }
  await hub.tell(project, '/ingest/traces', {
    trace: { trace_id, status, ...times },
    spans: [
      {
        span_id: 's',
        trace_id,
        name: 's',
        span_type: 'llm',
        status,
        ...times,
        idempotency_key: 's',
        ...span,
      },
    ],
  })
  return trace_id
}

/** What the decision engine writes: the decision on the trace, and the mark that its hour has changed. */
const decide = (project: TestProject, trace_id: string, action: string) => hub.deps.database.sql`
  with decided as (
    update traces t set decision = jsonb_build_object('action', ${action}::text) from projects p
    where p.project_no = t.project_no and p.project_id = ${project.project_id}
      and trace_key = ${trace_id.replaceAll('-', '')}
    returning t.project_no, t.start_time)
  insert into rollup_marks (project_no, hour) select project_no, date_trunc('hour', start_time, 'UTC') from decided`

/** The page as somebody sees it at NOW, or some seconds later. */
async function pageOf({ project_id }: TestProject, more = '', seconds = 0): Promise<string> {
  hub.deps.setClock(NOW + seconds * 1000)
  return hub.page(`/?project_id=${project_id}${more}`)
}

const plain = (html: string) =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll(' ,', ',')
    .trim()

/** Each figure under its name: its value, and then how it changed. */
function tilesOf(html: string): Record<string, [value: string, change: string]> {
  const tiles = html.matchAll(
    /figure-name">([^<]+)<\/span><span class="figure-value">([^<]+)<\/span>(<span class="change.*?)<span class="figure-note/gs,
  )
  return Object.fromEntries([...tiles].map(([, name, value, change]) => [name, [value, plain(change ?? '')]]))
}

const valueOf = (html: string, name: string) => tilesOf(html)[name]?.[0]

test('the figures equal a recount of what was sent, each with its unit', async () => {
  const project = await hub.mint()
  const sent: Told[] = [
    { hours: 1, took: 100, span: { model: 'a', input_tokens: 1000, output_tokens: 10, cost_usd: 0.25 } },
    { hours: 2, took: 6000, span: { model: 'a', input_tokens: 500, output_tokens: 5, cost_usd: 0.5 } },
    { hours: 3, took: 100, status: 'error' },
    { hours: 4, status: 'running' },
    { hours: 23.9, took: 9000 },
    { hours: 24.1, took: 9000 },
  ]
  for (const told of sent) await say(project, told)
  const html = await pageOf(project)
  const inside = sent.filter(({ hours }) => hours < 24)
  const late = inside.filter(({ took = 0 }) => took > 5000)
  expect(valueOf(html, 'Traces')).toBe(String(inside.length))
  expect(valueOf(html, 'SLA breaches')).toBe(String(late.length))
  expect(valueOf(html, 'Error rate')).toBe('20%')
  // The open span has been quiet since before this moment's half hour.
  expect([valueOf(html, 'Open'), valueOf(html, 'Stale')]).toEqual(['1', '0'])
  expect(valueOf(html, 'Tokens')).toBe('1,515')
  expect(valueOf(html, 'Cost')).toBe('$0.75')
  expect(valueOf(html, 'Latency p50')).toMatch(/^(99|100|101)(\.\d+)? ms$/)
  expect(plain(html)).toContain('longer than 5 s')
})

test('a cost that nobody knows is a dash, never zero dollars', async () => {
  const project = await hub.mint()
  await say(project, { hours: 1, span: { model: 'in-no-price-list', input_tokens: 5 } })
  const html = await pageOf(project)
  expect(valueOf(html, 'Cost')).toBe('–')
  expect(plain(html)).toContain('no price known')
  expect(html).not.toContain('$0')
})

test('each figure says how it changed against the window before, with an arrow and in words', async () => {
  const project = await hub.mint()
  for (const hours of [1, 2, 3]) await say(project, { hours, took: 200 })
  await say(project, { hours: 4, took: 200, status: 'error' })
  for (const hours of [25, 26]) await say(project, { hours, took: 100 })
  const html = await pageOf(project)
  const tiles = tilesOf(html)
  expect(tiles['Traces']).toEqual(['4', '+100%, 2 in the window before'])
  expect(tiles['Error rate']).toEqual(['25%', '+25 pp, 0% in the window before'])
  expect(tiles['Open']).toEqual(['0', 'unchanged, 0 in the window before'])
  expect(tiles['Cost']).toEqual(['–', 'none before'])
  expect(tiles['Latency p95']?.[1]).toMatch(/^\+(9|10)\d(\.\d)?%, /)
  expect(html).toMatch(/change-plain" title="2 in the window before"><svg class="icon icon-up"/)
  expect(html).toMatch(/change-bad" title="0% in the window before"><svg class="icon icon-up"/)
  const week = tilesOf(await pageOf(project, '&range=7d'))
  expect(week['Traces']).toEqual(['6', 'from none, 0 in the window before'])
})

test('the limit is said plainly, and another one stands in the address', async () => {
  const project = await hub.mint()
  await say(project, { hours: 1, took: 3000 })
  expect(valueOf(await pageOf(project), 'SLA breaches')).toBe('0')
  const html = await pageOf(project, '&sla=2.5&every=15')
  expect(valueOf(html, 'SLA breaches')).toBe('1')
  expect(plain(html)).toContain('longer than 2.5 s')
  expect(plain(html)).toContain('Took 3 s')
  for (const href of valuesOf(html, 'href').filter((link) => link.includes('range='))) {
    expect(href).toContain('sla=2.5')
    expect(href).toContain('every=15')
  }
  for (const wrong of ['0', '-1', 'x', '1e9', '']) {
    expect(plain(await pageOf(project, `&sla=${wrong}`))).not.toContain('longer than 0')
  }
})

test('escalations and decisions are shown from the first decision on, not before', async () => {
  const project = await hub.mint()
  const ids = []
  for (const hours of [1, 2, 3, 4]) ids.push(await say(project, { hours, status: 'error' }))
  const before = await pageOf(project)
  expect(before).not.toContain('Escalation rate')
  expect(before).not.toContain('Decisions by action')
  for (const [n, action] of ['BLOCK', 'ESCALATE', 'ALLOW_ANSWER', '<b>ODD</b>'].entries()) {
    await decide(project, ids[n] ?? '', action)
  }
  hub.deps.setClock(NOW + 3000)
  const html = await pageOf(project, '', 3)
  expect(valueOf(html, 'Escalation rate')).toBe('50%')
  expect(plain(html)).toContain('Block 1 · 25%')
  expect(html).toContain('&lt;b&gt;ODD&lt;/b&gt;')
})

test('a window from a time to a time is one for the figures, the queue and the list; its end is outside', async () => {
  const project = await hub.mint()
  const ids: Record<string, string> = {}
  for (const hours of [5, 4, 3, 2]) ids[hours] = await say(project, { hours, status: 'error' })
  const shown = await pageOf(project, `&from=${ago(4).slice(0, 16)}&to=${ago(2).slice(0, 16)}`)
  expect(valueOf(shown, 'Traces')).toBe('2')
  expect(plain(shown)).toContain('2 of 2, by risk')
  expect(plain(shown)).toContain('2 of 2 traces')
  for (const [hours, id] of Object.entries(ids)) {
    expect([hours, shown.includes(`/traces/${id}?`)]).toEqual([hours, hours === '4' || hours === '3'])
  }
})

test('beside a window from a time to a time are the ones before, around and after it', async () => {
  const { project_id } = await hub.mint()
  const html = await hub.page(`/?project_id=${project_id}&from=2026-11-01T10:00&to=2026-11-01T12:00&sla=3`)
  const links = valuesOf(html, 'href').map((href) => new URL(href, 'http://h').searchParams)
  const windows = links.map((params) => `${params.get('from')} ${params.get('to')} ${params.get('sla')}`)
  for (const window of [
    '2026-11-01T08:00 2026-11-01T10:00 3',
    '2026-11-01T09:00 2026-11-01T13:00 3',
    '2026-11-01T12:00 2026-11-01T14:00 3',
  ]) {
    expect(windows).toContain(window)
  }
  const wrong = await hub.page(`/?project_id=${project_id}&from=2026-11-01T10:00&to=x`)
  expect(wrong).not.toContain('NaN')
})

test('of two windows in an address the one from a time to a time stays', async () => {
  const { project_id } = await hub.mint()
  const { status, headers } = await hub.get(`/?project_id=${project_id}&range=7d&from=2026-02-07T10:00`)
  expect([status, headers.get('location')]).toEqual([
    303,
    `/?project_id=${project_id}&from=2026-02-07T10%3A00`,
  ])
})

test('each bar leads to its own stretch of time, which has as many traces as the bar', async () => {
  const project = await hub.mint()
  for (const hours of [1, 1, 1, 7, 12.5, 23.9]) await say(project, { hours, status: 'error' })
  const html = await pageOf(project, '&status=error')
  const bars = [...html.matchAll(/<a class="bar" href="([^"]+)" aria-label="([^"]+)"/g)]
  expect(bars.map(([, , label]) => /Traces (\d+)/.exec(label ?? '')?.[1])).toEqual(['1', '1', '1', '3'])
  for (const [, href = '', label = ''] of bars) {
    const [, count] = /Traces (\d+)/.exec(label) ?? []
    expect(label).toContain(`Error ${count}`)
    const closer = await hub.page(href.replaceAll('&amp;', '&'))
    expect(valueOf(closer, 'Traces')).toBe(count)
    expect(plain(closer)).toContain(`${count} of ${count} traces`)
    expect(href).toContain('status=error')
  }
})

test('the queue says of each trace why it is there', async () => {
  const project = await hub.mint()
  const open = { span: { status: 'running', end_time: null } }
  const trace_id = await say(project, { hours: 1, status: 'error', took: 7000, ...open })
  await say(project, { hours: 2 })
  const text = plain(await pageOf(project))
  expect(text).toContain('Priority queue 1 of 1, by risk')
  expect(text).toContain(`${trace_id.slice(0, 8)}…`)
  expect(text).toContain('Error +55 Open spans +20 Incomplete +20 Took 7 s')
  expect(text).toContain('Risk 95')
})

test('a project where nothing went wrong is told so', async () => {
  const project = await hub.mint()
  await say(project, { hours: 1 })
  expect(plain(await pageOf(project))).toContain(
    'No trace failed, took longer than 5 s or bears a risk of 70',
  )
})

test('names of models stay text, and each leads to its traces', async () => {
  const project = await hub.mint()
  const model = HOSTILE.slice(0, 250)
  const nameless = { input_tokens: 3 }
  await say(project, { hours: 1, span: { model, input_tokens: 1, cost_usd: 0.5 } })
  await say(project, { hours: 1, span: nameless })
  const html = await pageOf(project)
  const models = /<section class="chart models".*?<\/section>/s.exec(html)?.[0] ?? ''
  expect(models).not.toMatch(/<(script|img|style|hx-partial)/)
  expect(models).toContain('&lt;script&gt;window.hit=1')
  expect(models).toContain('no model named')
  expect(valuesOf(models, 'href').map((href) => new URL(href, 'http://h').searchParams.get('model'))).toEqual(
    [model],
  )
})

test('time alone is no news: a poll is 304 while the window slides over nothing', async () => {
  const project = await hub.mint()
  for (const hours of [1, 5, 26]) await say(project, { hours })
  for (const range of ['1h', '24h', '30d']) {
    const html = await pageOf(project, `&range=${range}`)
    const at = valuesOf(html, 'hx-get').findIndex((path) => path.includes('/figures'))
    const headers = JSON.parse(valuesOf(html, 'hx-headers')[at] ?? '{}') as Record<string, string>
    hub.deps.setClock(NOW + 30_000)
    const answer = await hub.get(valuesOf(html, 'hx-get')[at] ?? '', headers)
    expect([range, answer.status, await answer.text()]).toEqual([range, 304, ''])
  }
})

test('a window that cannot be is said, and the page with its list still stands', async () => {
  const project = await hub.mint()
  const trace_id = await say(project, { hours: 1 })
  const html = await pageOf(project, '&from=2026-01-01T00:00&to=2026-12-31T00:00')
  expect(plain(html)).toContain('The figures cannot be shown')
  expect(plain(html)).toContain('longer than 2160 hours')
  expect(html).toContain(`/traces/${trace_id}?`)
})

test('a window without a trace says so and offers a wider one', async () => {
  const project = await hub.mint()
  await say(project, { hours: 100 })
  const html = await pageOf(project)
  expect(plain(html)).toContain('No trace started in this window')
  expect(valuesOf(html, 'href')).toContain(`/?project_id=${project.project_id}&range=30d`)
  expect(html).not.toContain('class="bar"')
})

test('the charts are a table too, in both languages', async () => {
  const project = await hub.mint()
  await say(project, { hours: 1, took: 100, span: { model: 'm', input_tokens: 7 } })
  const english = plain(await pageOf(project))
  expect(english).toContain('These charts as a table Started Traces Running Success Error')
  const korean = await pageOf(project, '&lang=ko')
  for (const text of ['우선 확인 대기열', '모델별 비용과 토큰', '차트를 표로 보기', '오류율'])
    expect(korean).toContain(text)
  expect(plain(korean)).not.toMatch(/Priority|breaches|Latency/)
})
