import { afterAll, expect, test } from 'bun:test'
import { METRICS, type Watch } from '#shared/contract/alerts.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { until } from '#shared/testing/until.ts'
import { nextStanding } from '../../notify/alerts/next-state.ts'
import { lookAtAlerts } from '../../notify/alerts/watch-alerts.ts'
import { openOutside } from '../../notify/open-outside.ts'
import { openNotify, untilReceived } from './open-notify.ts'
import { openReceiver } from './receiver.ts'

const hub = await openNotify()
const receiver = openReceiver()
afterAll(async () => {
  await hub.stop()
  await receiver.stop()
})

const ALERTS = '/api/v1/alerts'
const MINUTE = 60_000
const own = { ...hub.deps, ...openOutside(hub.deps) }
const NOBODY = crypto.randomUUID()

type Trace = { status?: string; took_ms?: number; environment?: string; cost?: number }

/** Sends traces that started some minutes before a time. */
async function send(project: TestProject, now: number, minutes_ago: number, traces: Trace[]) {
  for (const { status = 'success', took_ms = 100, environment = 'prod', cost } of traces) {
    const trace_id = crypto.randomUUID()
    const start = now - minutes_ago * MINUTE
    const times = {
      ...{ start_time: new Date(start).toISOString(), end_time: new Date(start + took_ms).toISOString() },
    }
    const span = { trace_id, span_id: 's', name: 's', span_type: 'llm', idempotency_key: 'a', ...times }
    const spans = cost === undefined ? [] : [{ ...span, cost_usd: cost, input_tokens: 1, output_tokens: 1 }]
    const body = { trace: { trace_id, name: 'chat', status, environment, ...times }, spans }
    const { status: answered, json } = await hub.send(project, 'POST', '/api/v1/ingest/traces', body)
    expect([answered, json['rejected']]).toEqual([200, []])
  }
}

async function make(project: TestProject, watch: object) {
  const body = { name: 'Too many', threshold: 10, window_minutes: 5, metric: 'error_rate', ...watch }
  const { status, json } = await hub.send(project, 'POST', ALERTS, body)
  expect(status).toBe(200)
  return String(json['id'])
}

/** Looks at a time, in several processes' way at once, and gives the alert as it stands then. */
async function lookAt(project: TestProject, now: number) {
  hub.deps.setClock(now)
  await Promise.all([lookAtAlerts(own), lookAtAlerts(own), lookAtAlerts(own)])
  hub.wake()
  const read = async () =>
    (await hub.send(project, 'GET', ALERTS)).json as unknown as [Record<string, unknown>]
  await until('it was looked at', async () => (await read())[0]['checked_at'] === new Date(now).toISOString())
  return (await read())[0]
}

test('it fires once after it was too much for as long as was asked, and tells when it is over', async () => {
  const project = await hub.mint()
  const hook = receiver.hook()
  await hub.subscribe(project, hook.url, { events: ['alert.*'] })
  const now = Date.now() - 20 * MINUTE
  hub.deps.setClock(now)
  await send(project, now, 1, [{ status: 'error' }, {}, {}, { status: 'error', environment: 'dev' }])
  const alert_id = await make(project, { for_minutes: 2, filter: { environment: 'prod' } })
  expect(await lookAt(project, now)).toMatchObject({ state: 'pending', since: new Date(now).toISOString() })
  expect(Number((await lookAt(project, now + MINUTE))['value'])).toBeCloseTo(33.333, 2)
  expect(hook.received()).toEqual([])
  expect(await lookAt(project, now + 2 * MINUTE)).toMatchObject({ state: 'firing' })
  const [fired] = await untilReceived(hook, 1)
  expect(JSON.parse(fired?.body ?? '')).toMatchObject({
    ...{ type: 'alert.fired', data: { alert_id, metric: 'error_rate', threshold: 10, severity: 'high' } },
  })
  expect(await lookAt(project, now + 3 * MINUTE)).toMatchObject({ state: 'firing' })
  // The traces have left the window: without data all is well, as the default has it.
  expect(await lookAt(project, now + 10 * MINUTE)).toMatchObject({ state: 'ok', value: null })
  // The clock has jumped past a claim, so a message may come again; under its id it is the same one.
  const told = () => new Map(hook.received().map((message) => [message.headers['webhook-id'], message.body]))
  await until('both are told', () => told().size > 1)
  expect([...told().values()].map((body) => (JSON.parse(body) as { type: string }).type)).toEqual([
    'alert.fired',
    'alert.recovered',
  ])
  hub.deps.setClock(null)
})

test('each metric measures what it says', async () => {
  const project = await hub.mint()
  const now = Date.now()
  const slow = Array.from({ length: 20 }, (_, at) => ({ took_ms: 100 * (at + 1), cost: 0.25 }))
  await send(project, now, 1, slow)
  const [row] = await hub.sql<{ project_no: number }[]>`
    select project_no from projects where project_id = ${project.project_id}`
  const { project_no } = row ?? { project_no: 0 }
  const at = new Date(now - MINUTE)
  const decisions = ['ESCALATE', 'BLOCK', 'ALLOW_ANSWER', 'ALLOW_ANSWER'].map((action, place) => ({
    ...{
      created_at: at,
      decision_id: crypto.randomUUID(),
      project_no,
      latency_us: 1,
      confidence: 1,
      id_form: 0,
    },
    ...{
      trace_key: 't',
      span_key: 's',
      idempotency_key: `k${place}`,
      request_digest: Buffer.alloc(32),
      action,
    },
    ...{ reason_code: 'R', severity: 'low', policy_name: 'p', policy_hash: 'h', rule: 'r', judge_model: 'm' },
    ...{ rationale: '', degraded: [], skipped: [], signals: {}, timings: {} },
  }))
  await hub.sql`insert into decisions ${hub.sql(decisions as never)}`
  const measured: Record<string, unknown> = {}
  for (const metric of Object.keys(METRICS)) {
    const fresh = await make(project, { metric, threshold: 1e9 })
    measured[metric] = (await lookAt(project, now))['value']
    await hub.send(project, 'DELETE', `${ALERTS}/${fresh}`)
  }
  expect(measured).toEqual({
    error_rate: 0,
    p95_latency: 1900,
    cost: 5,
    escalation_rate: 25,
    sla_breaches: 0,
  })
  hub.deps.setClock(null)
})

test('the preview fires when the alert would have, and stores nothing', async () => {
  const project = await hub.mint()
  const now = Date.now()
  hub.deps.setClock(now)
  const body = { metric: 'error_rate', threshold: 50, window_minutes: 60 }
  const quiet = await hub.send(project, 'POST', `${ALERTS}/preview`, body)
  expect(quiet.json).toMatchObject({ step_minutes: 20, firings: [] })
  await send(project, now, 24 * 60, [{ status: 'error' }, { status: 'error' }, {}])
  await send(project, now, 10, [{ status: 'error' }])
  const { status, json } = await hub.send(project, 'POST', `${ALERTS}/preview`, body)
  expect(status).toBe(200)
  const { points, firings } = json as {
    points: { at: string; value: number | null }[]
    firings: { until: unknown }[]
  }
  expect(points).toHaveLength(504)
  expect(firings).toHaveLength(2)
  expect(firings.map(({ until: end }) => end === null)).toEqual([false, true])
  expect(
    points.filter(({ value }) => value !== null).every(({ value }) => value === 100 || value === 200 / 3),
  ).toBe(true)
  expect((await hub.send(project, 'GET', ALERTS)).json).toEqual([] as never)
  hub.deps.setClock(null)
})

const watch: Watch = {
  ...{ metric: 'cost', comparison: 'below', threshold: 5, filter: {}, window_minutes: 5, for_minutes: 0 },
  no_data: 'ok',
}

test.each([
  ['below', watch, 'ok', 4, 'firing'],
  ['not below', watch, 'ok', 5, 'ok'],
  ['above', { ...watch, comparison: 'above' }, 'ok', 5.1, 'firing'],
  ['no data is fine', watch, 'firing', null, 'ok'],
  ['no data is no news', { ...watch, no_data: 'keep' }, 'firing', null, 'firing'],
  ['no data is a reason', { ...watch, no_data: 'fire' }, 'ok', null, 'firing'],
  ['no data has to last too', { ...watch, no_data: 'fire', for_minutes: 1 }, 'ok', null, 'pending'],
] as [string, Watch, 'ok' | 'firing', number | null, string][])('%s', (_what, one, state, value, wanted) => {
  expect(nextStanding(one, { state, since: 0 }, value, 10 * MINUTE).state).toBe(wanted as never)
})

test.each([
  ['a metric that is not one', { metric: 'vibes' }],
  ['a window of no length', { window_minutes: 0 }],
  ['a threshold that is no number', { threshold: 'much' }],
  ['a filter that the metric does not heed', { metric: 'cost', filter: { rule: 'pii' } }],
  ['a filter that nobody knows', { filter: { planet: 'earth' } }],
  ['a name of spaces', { name: '  ' }],
])('refused with 422: %s', async (_what, more) => {
  const project = await hub.mint()
  const body = { name: 'n', metric: 'error_rate', threshold: 1, window_minutes: 5, ...more }
  expect((await hub.send(project, 'POST', ALERTS, body)).status).toBe(422)
  expect((await hub.send(project, 'GET', ALERTS)).json).toEqual([] as never)
})

test('another project sees, changes and deletes nothing of an alert, as if it were not there', async () => {
  const [mine, other] = [await hub.mint(), await hub.mint()]
  const id = await make(mine, {})
  const ask = async (alert: string) => [
    (await hub.send(other, 'PATCH', `${ALERTS}/${alert}`, { enabled: false })).json['code'],
    (await hub.send(other, 'DELETE', `${ALERTS}/${alert}`)).json['code'],
  ]
  expect(await ask(id)).toEqual(['alert_not_found', 'alert_not_found'])
  expect(await ask(NOBODY)).toEqual(await ask(id))
  expect((await hub.send(other, 'GET', ALERTS)).json).toEqual([] as never)
  const changed = await hub.send(mine, 'PATCH', `${ALERTS}/${id}`, { threshold: 99, enabled: false })
  expect(changed.json).toMatchObject({ id, threshold: 99, enabled: false, state: 'ok' })
  expect((await hub.send(mine, 'DELETE', `${ALERTS}/${id}`)).json).toEqual({ id, deleted: true })
})
