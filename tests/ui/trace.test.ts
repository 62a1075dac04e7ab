import { afterAll, expect, test } from 'bun:test'
import { at, HOSTILE, openUi, valuesOf } from './open-ui.ts'

const hub = await openUi()
afterAll(hub.stop)

type Said = Record<string, unknown>

/** A trace of some spans, each under the one before its id's last dot. */
async function grown(spans: Record<string, Said>, more: Said = {}) {
  const project = await hub.mint()
  const trace_id = crypto.randomUUID()
  const said = Object.entries(spans).map(([id, fields], n) => ({
    ...{ span_id: id, trace_id, parent_span_id: id.split('.').slice(0, -1).join('.') || null },
    ...{ name: `name of ${id}`, status: 'success', start_time: at(-9 + n / 1000), end_time: at(-1) },
    ...{ idempotency_key: id, ...fields },
  }))
  const trace = { trace_id, status: 'success', start_time: at(-9), end_time: at(-1), ...more }
  await hub.tell(project, '/ingest/traces', { trace, spans: said })
  return { project, trace_id, path: `/traces/${trace_id}?project_id=${project.project_id}` }
}

const namesOf = (html: string) => [...html.matchAll(/data-span="([^"]*)"/g)].map(([, id]) => id)

const textOf = (html: string) =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ')

const TREE = { a: {}, 'a.b': {}, 'a.b.c': { status: 'error', error: 'Boom' }, 'a.d': {} }

test('a folded row hides what is below it and says how much, and how much of it failed', async () => {
  const { path } = await grown(TREE)
  expect(namesOf(await hub.page(path))).toEqual(['a', 'a.b', 'a.b.c', 'a.d'])
  const folded = await hub.page(`${path}&toggle=a.b`)
  expect(namesOf(folded)).toEqual(['a', 'a.b', 'a.d'])
  expect(textOf(folded)).toContain('1 failed below · 1 folded')
  expect(folded).toContain('aria-expanded="false"')
})

test('what is folded stays folded through every other link, and a second toggle unfolds it', async () => {
  const { path } = await grown(TREE)
  const folded = await hub.page(`${path}&toggle=a.b`)
  const link = valuesOf(folded, 'href').find((href) => href.includes('span=a.d')) ?? ''
  expect(namesOf(await hub.page(link.split('#')[0] ?? ''))).toEqual(['a', 'a.b', 'a.d'])
  expect(valuesOf(folded, 'href').filter((href) => href.includes('toggle='))).toEqual([])
  expect(namesOf(await hub.page(`${path}&folded=a.b&toggle=a.b`)).length).toBe(4)
})

test('a folded span that is not in the trace, and nonsense as a fold, change nothing', async () => {
  const { path } = await grown(TREE)
  for (const more of [
    '&folded=nope',
    '&folded=%25%25*%252',
    '&toggle=%E2%80%AE',
    `&folded=${'x'.repeat(9000)}`,
  ]) {
    const response = await hub.get(path + more)
    expect([more.slice(0, 20), response.status]).toEqual([more.slice(0, 20), 200])
    expect(namesOf(await response.text()).length).toBe(4)
  }
})

test('the next failed span is a link away, from wherever one stands', async () => {
  const { path } = await grown({ ...TREE, 'a.e': { status: 'error' } })
  const next = async (more: string) =>
    /data-key="e" data-to="([^"]*)"/.exec(await hub.page(path + more))?.[1] ?? null
  expect(await next('')).toBe('a.b.c')
  expect(await next('&span=a.b.c')).toBe('a.e')
  expect(await next('&span=a.e')).toBe('a.b.c')
  const calm = await grown({ a: {} })
  expect(await hub.page(calm.path)).not.toContain('data-key="e"')
})

test('a search marks what it finds and leads from one to the next', async () => {
  const { path } = await grown(TREE)
  const found = await hub.page(`${path}&find=boom`)
  expect(found.match(/class="is-hit"/g)?.length).toBe(1)
  expect(textOf(found)).toContain('1 found')
  expect(found).toContain('data-key="n" data-to="a.b.c"')
  const none = await hub.page(`${path}&find=${encodeURIComponent(HOSTILE)}`)
  expect(textOf(none)).toContain('Nothing found')
  expect(namesOf(none).length).toBe(4)
})

test('the critical path counts no time twice, and self time leaves out the children (W-67)', async () => {
  const times = (start: number, end: number) => ({ start_time: at(start), end_time: at(end) })
  const { path } = await grown({ a: times(-10, 0), 'a.b': times(-9, -3), 'a.b.c': times(-8, -4) })
  expect(textOf(await hub.page(path))).toContain('10 s self 4 s')
  const on = textOf(await hub.page(`${path}&path=on`))
  const held = [...on.matchAll(/held up ([\d.]+) s/g)].map(([, seconds]) => Math.round(Number(seconds)))
  expect(held).toEqual([4, 2, 4])
})

test('a page of 12,000 spans is at most 300 KB, folded or not, and rows come window by window', async () => {
  const project = await hub.mint()
  const trace_id = crypto.randomUUID()
  const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  const spans = Array.from({ length: 12_000 }, (_, n) => ({
    ...{ span_id: id(n), trace_id, parent_span_id: n === 0 ? null : id(Math.floor((n - 1) / 3)) },
    ...{ name: `step ${n} of a long run`, span_type: 'llm', model: 'gpt-4.1-mini', status: 'success' },
    ...{
      input_tokens: 1200,
      output_tokens: 80,
      start_time: at(-60),
      end_time: at(-1),
      idempotency_key: `${n}`,
    },
  }))
  for (let from = 0; from < spans.length; from += 1000) {
    const part = { trace: { trace_id, start_time: at(-60) }, spans: spans.slice(from, from + 1000) }
    await hub.tell(project, '/ingest/traces', part)
  }
  const path = `/traces/${trace_id}?project_id=${project.project_id}`
  let folds = path
  for (let n = 3000; n < 3030; n++)
    folds = `${path}&folded=${Array.from({ length: n - 2999 }, (_, k) => id(3000 + k).replaceAll('-', '')).join('*')}`
  for (const page of [path, folds, `${path}&find=step`, `${path}&path=on&span=${id(11_000)}`]) {
    expect(Buffer.byteLength(await hub.page(page))).toBeLessThan(300_000)
  }
  const rows = await hub.page(`/fragments${path.replace('?', '/rows?')}&from=200&first=0`)
  expect(namesOf(rows).length).toBe(200)
  expect(rows).not.toContain('<html')
  expect(valuesOf(rows, 'hx-get').some((next) => next.includes('from=400'))).toBe(true)
  const last = await hub.page(`/fragments${path.replace('?', '/rows?')}&from=11900&first=11700`)
  expect(namesOf(last).length).toBe(100)
  const linked = await hub.page(`/fragments${path.replace('?', '/rows?')}&from=2000&first=0`)
  expect(valuesOf(linked, 'hx-trigger')).toEqual(['renew'])
}, 60_000)

test('choosing a span with the script brings the pane alone', async () => {
  const { path } = await grown(TREE)
  const response = await hub.get(`${path}&span=a.b.c`, { 'hx-target': 'section#pane' })
  const html = await response.text()
  expect(html).toStartWith('<section class="pane" id="pane"')
  expect(html).toContain('Boom')
  expect(html).not.toContain('data-span')
})

test('a review with its note is on the page at once, and a second one turns it (W-75)', async () => {
  const { path, trace_id, project } = await grown(TREE)
  const act = `/traces/${trace_id}/review?project_id=${project.project_id}`
  const nonceOf = async () =>
    /name="nonce" value="([^"]+)"/.exec(await hub.page(`${path}&view=evaluations`))?.[1] ?? ''
  const say = async (passed: string, note: string, nonce: string) => hub.submit(act, { passed, note, nonce })
  const nonce = await nonceOf()
  const first = await say('yes', '좋은 답변', nonce)
  expect([first.status, first.headers.get('location')]).toEqual([
    303,
    `/traces/${trace_id}?project_id=${project.project_id}&view=evaluations#review`,
  ])
  const reviewed = textOf(await hub.page(`${path}&view=evaluations`))
  expect(reviewed).toContain('The latest review: passed.')
  expect(reviewed).toContain('좋은 답변')
  expect((await say('yes', '좋은 답변', nonce)).status).toBe(303)
  expect((await say('no', 'no source', nonce)).status).toBe(303)
  const turned = textOf(await hub.page(`${path}&view=evaluations`))
  expect(turned).toContain('The latest review: failed.')
  expect(turned).toContain('Evaluations 2')
  expect(textOf(await hub.page(path))).toContain('Human review failed')
})

test('a review that is none, of an unknown trace or from elsewhere is refused and stores nothing (W-34)', async () => {
  const { path, trace_id, project } = await grown(TREE)
  const act = (id: string) => `/traces/${id}/review?project_id=${project.project_id}`
  const good = { passed: 'yes', note: '', nonce: crypto.randomUUID() }
  expect((await hub.submit(act(trace_id), { ...good, passed: 'perhaps' })).status).toBe(404)
  expect((await hub.submit(act(trace_id), { ...good, nonce: '' })).status).toBe(404)
  expect((await hub.submit(act(trace_id), good, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect(textOf(await hub.page(`${path}&view=evaluations`))).toContain('Nobody has reviewed this trace yet.')
  expect((await hub.submit(act(crypto.randomUUID()), good)).status).toBe(404)
})
