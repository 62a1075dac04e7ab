import { createProject } from '#shared/contract/projects.ts'
import { getTrace, listTraces } from '#shared/contract/traces.ts'
import { call } from '#shared/http/call.ts'
import type { Hub } from '../hub.ts'
import { decidedPlaces, openDecisions } from './decided.ts'
import { casePlaces, openCasePlaces } from './in-cases.ts'
import { openNotifications } from './notified.ts'
import { openToldElsewhere, toldPlaces } from './told-elsewhere.ts'

/** A page to take a picture of: its name on the sheet and its address. */
export type Place = { name: string; path: string }

const KEY = { 'x-api-key': 'dev-key' }
const LARGE = 10_000
const PER_REQUEST = 2000
const RUN = 'order_resolution'

/** Runs the demo against the hub; a live one goes on until it is stopped. */
export async function playDemo({ api }: Hub, ...args: string[]): Promise<() => Promise<void>> {
  const demo = Bun.spawn([process.execPath, 'examples/demo/main.ts', ...args], {
    env: { PATH: process.env['PATH'], TRACEHUB_BASE_URL: api },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (!args.includes('--live') && (await demo.exited) !== 0) throw new Error('the demo failed')
  return async () => {
    demo.kill('SIGTERM')
    await demo.exited
  }
}

/** A trace with so many spans that no page can hold them, four levels deep. */
async function sendLarge({ api }: Hub): Promise<string> {
  const trace_id = crypto.randomUUID()
  const begin = Date.now() - 120_000
  const time = (ms: number) => new Date(begin + ms).toISOString()
  const trace = { trace_id, name: 'nightly-embedding', status: 'success', start_time: time(0) }
  const span = (at: number) => ({
    trace_id,
    span_id: `span-${at}`,
    parent_span_id: at === 0 ? null : `span-${Math.floor((at - 1) / 12)}`,
    name: at === 0 ? 'nightly-embedding' : `embed chunk ${at}`,
    span_type: at === 0 ? 'root' : at % 12 === 1 ? 'task' : 'llm',
    status: at % 997 === 500 ? 'error' : 'success',
    start_time: time(at * 9),
    end_time: time(at === 0 ? LARGE * 9 + 400 : at * 9 + 40 + (at % 90) * 4),
    idempotency_key: `span-${at}`,
  })
  for (let from = 0; from < LARGE; from += PER_REQUEST) {
    const spans = Array.from({ length: PER_REQUEST }, (_, index) => span(from + index))
    const response = await fetch(`${api}/api/v1/ingest/traces`, {
      method: 'POST',
      headers: { ...KEY, 'content-type': 'application/json' },
      body: JSON.stringify({ trace: { ...trace, end_time: time(LARGE * 9 + 400) }, spans }),
    })
    if (!response.ok) throw new Error(`answered ${response.status}: ${await response.text()}`)
  }
  return trace_id
}

/** The newest trace that a list has for these conditions. */
async function newest({ api }: Hub, conditions: Record<string, string>) {
  const { items } = await call(fetch, api, listTraces, { query: { page_size: 1, ...conditions } }, KEY)
  if (!items[0]) throw new Error(`the demo has no trace with ${JSON.stringify(conditions)}`)
  return items[0]
}

/** The first span of that name in a trace. */
async function spanOf({ api }: Hub, trace_id: string, name: string): Promise<string> {
  const { spans } = await call(fetch, api, getTrace, { params: { trace_id } }, KEY)
  const found = spans.find((span) => span.name === name)
  if (!found) throw new Error(`the trace ${trace_id} has no span ${name}`)
  return found.id
}

/** Pages that have something to say to a project in which nothing has happened yet. */
const BARE = ['sessions', 'users', 'evals', 'ledger', 'policies', 'decisions', 'cases', 'notifications']

/** Fills the hub with what the pages show at their best and at their worst, and says where to look. */
export async function openPlaces(hub: Hub): Promise<{ places: Place[]; live: () => Promise<Place> }> {
  await playDemo(hub, '--traces', '400', '--seed', 'sheet')
  const large = await sendLarge(hub)
  const { subscription_id, delivery_id } = await openNotifications(hub)
  const elsewhere = await openToldElsewhere(hub)
  const decided = await openDecisions(hub)
  const cases = await openCasePlaces(hub)
  const empty = await call(fetch, hub.api, createProject, { body: { name: '새 프로젝트' } }, KEY)
  const chat = await newest(hub, { tag: 'support', status: 'success' })
  const broken = await newest(hub, { status: 'error' })
  const run = await newest(hub, { tag: 'agent', status: 'success' })
  const asked = await spanOf(hub, run.id, 'chat draft_reply')
  const { project_id } = run
  const at = (name: string, path: string, query: Record<string, string> = {}): Place => ({
    name,
    path: `${path}?${new URLSearchParams({ project_id, ...query })}`,
  })
  const of = ({ id }: { id: string }) => `/traces/${encodeURIComponent(id)}`
  const places = [
    at('dashboard', '/'),
    at('list', '/', { q: 'latency:>1s' }),
    at('dashboard-failed', '/', { status: 'error' }),
    at('no-match', '/', { q: 'model:nothing "환불 규정"' }),
    at('unread-query', '/', { q: 'latency:>fast' }),
    { name: 'empty', path: `/?project_id=${empty.id}` },
    { name: 'projects', path: '/projects' },
    { name: 'project', path: `/projects?manage=${project_id}` },
    { name: 'rotate', path: `/projects?manage=${empty.id}&confirm=rotate` },
    at('trace', of(chat)),
    at('span', of(run), { span: asked }),
    at('trace-failed', of(broken)),
    at('timeline', of(chat), { view: 'timeline' }),
    at('evaluations', of(run), { view: 'evaluations' }),
    at('graph', of(run), { view: 'graph' }),
    at('node', `${of(run)}/nodes/draft_reply`),
    at('large', `/traces/${large}`),
    at('sessions', '/sessions'),
    at('session', `/sessions/${encodeURIComponent(chat.session_id ?? '')}`),
    at('users', '/users'),
    at('evals', '/evals'),
    at('notifications', '/notifications', { manage: subscription_id }),
    at('alerts', '/alerts'),
    at('delivery', '/notifications', { delivery: delivery_id }),
    at('ledger', '/ledger'),
    ...casePlaces(at, cases),
    at('found', '/', { q: '환불 규정' }),
    { name: 'audit', path: '/audit' },
    at('unknown', '/traces/nowhere'),
  ]
  const bare = BARE.map((name) => ({ name: `${name}-empty`, path: `/${name}?project_id=${empty.id}` }))
  return {
    places: [...places, ...toldPlaces(at, elsewhere, empty.id), ...decidedPlaces(at, decided), ...bare],
    live: async () =>
      at('graph-live', of(await newest(hub, { status: 'running', search: RUN })), { view: 'graph' }),
  }
}
