import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { getTrace, listTraces } from '#shared/contract/traces.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { openHub } from './query/open-hub.ts'

const HOUSE = join(import.meta.dir, '..')
/** Now, said once, so that two runs tell the same day. */
const UNTIL = new Date().toISOString()
const DAY = ['--traces', '40', '--seed', '1', '--until', UNTIL]
const RUN_MS = 60_000
const SENDERS = 8

const hub = await openHub()
const server = Bun.serve({ port: 0, fetch: hub.api.fetch })

afterAll(async () => {
  await server.stop(true)
  await hub.stop()
})

function start(project: TestProject, args: string[], base = `http://localhost:${server.port}`) {
  return Bun.spawn([process.execPath, 'examples/demo/main.ts', ...args], {
    cwd: HOUSE,
    env: { ...process.env, TRACEHUB_BASE_URL: base, TRACEHUB_API_KEY: project.key },
    stdout: 'pipe',
    stderr: 'pipe',
  })
}

type Outcome = { accepted: number; duplicates: number; rejected: number; evaluations: number; waits: number }

async function finish(demo: ReturnType<typeof start>) {
  const [printed, complaints, code] = await Promise.all([
    new Response(demo.stdout).text(),
    new Response(demo.stderr).text(),
    demo.exited,
  ])
  return { printed, complaints, code }
}

async function run(project: TestProject, args: string[], base?: string): Promise<Outcome> {
  const { printed, complaints, code } = await finish(start(project, args, base))
  expect(complaints).toBe('')
  expect(code).toBe(0)
  const count = (what: RegExp) => Number(what.exec(printed)?.[1] ?? 0)
  return {
    accepted: count(/(\d+) items accepted/),
    duplicates: count(/(\d+) duplicates/),
    rejected: count(/(\d+) rejected/),
    evaluations: count(/(\d+) evaluations/),
    waits: count(/asked to wait (\d+) times/),
  }
}

const list = async (project: TestProject) =>
  (await hub.ask(project, listTraces, { query: { page_size: 100 } })).items

test(
  'a run of the demo is accepted whole, and the same seed again is all duplicates',
  async () => {
    const project = await hub.mint()
    const first = await run(project, DAY)
    expect(first).toMatchObject({ duplicates: 0, rejected: 0, waits: 0 })
    expect(first.accepted).toBeGreaterThan(200)
    const before = await list(project)
    expect(before).toHaveLength(40)
    const second = await run(project, DAY)
    expect(second).toEqual({ ...first, accepted: 0, duplicates: first.accepted })
    expect(await list(project)).toEqual(before)
  },
  RUN_MS,
)

test(
  'the demo tells a believable day: two languages, several models, errors, open spans, money, evaluations',
  async () => {
    const project = await hub.mint()
    await run(project, DAY)
    const traces = await list(project)
    const some = (holds: (trace: (typeof traces)[number]) => boolean) => traces.filter(holds).length
    expect(some(({ name }) => /\p{Script=Hangul}/u.test(name ?? ''))).toBeGreaterThan(5)
    expect(some(({ name }) => name?.startsWith('Support: ') ?? false)).toBeGreaterThan(0)
    expect(new Set(traces.map(({ model }) => model)).size).toBeGreaterThan(3)
    expect(some(({ status, error_count }) => status === 'error' && error_count > 0)).toBeGreaterThan(0)
    expect(some(({ status, error_count }) => status === 'success' && error_count > 0)).toBeGreaterThan(0)
    expect(some(({ status, has_open_spans }) => status === 'running' && has_open_spans)).toBeGreaterThan(0)
    expect(some(({ cost_usd }) => (cost_usd ?? 0) > 0)).toBeGreaterThan(30)
    expect(some(({ cost_usd }) => cost_usd === 0)).toBe(0)
    expect(some(({ session_id }) => session_id !== null)).toBeGreaterThan(10)
    const from = Date.parse(UNTIL) - 25 * 3_600_000
    expect(some(({ start_time }) => Date.parse(start_time) < from || start_time > UNTIL)).toBe(0)
    const details = await Promise.all(
      traces.map(({ id }) => hub.ask(project, getTrace, { params: { trace_id: id } })),
    )
    expect(details.some(({ evaluations }) => evaluations.some(({ label }) => label !== null))).toBe(true)
    const errors = details.flatMap(({ spans }) => spans.filter(({ status }) => status === 'error'))
    expect(errors.filter(({ error }) => error === null)).toEqual([])
  },
  RUN_MS,
)

test(
  'the LangGraph agent of the demo declares its graph, looks up side by side, and goes round a loop',
  async () => {
    const project = await hub.mint()
    await run(project, DAY)
    const runs = (await list(project)).filter(({ name }) => name === 'order_resolution')
    const details = await Promise.all(
      runs.map(({ id }) => hub.ask(project, getTrace, { params: { trace_id: id } })),
    )
    expect(details.length).toBeGreaterThan(0)
    expect(details.filter(({ trace }) => !trace.graph)).toEqual([])
    const startsOf = (spans: (typeof details)[number]['spans'], node: string) =>
      spans.filter(({ node_id }) => node_id === node).map(({ start_time }) => start_time)
    for (const { spans } of details) {
      const begun = ['lookup_order', 'search_policy', 'check_shipping'].flatMap((node) =>
        startsOf(spans, node),
      )
      expect(begun).toHaveLength(3)
      expect(new Set(begun).size).toBe(1)
    }
    expect(details.some(({ spans }) => startsOf(spans, 'draft_reply').length > 1)).toBe(true)
  },
  RUN_MS,
)

test(
  'the demo waits as long as Retry-After says, and then nothing is lost or doubled',
  async () => {
    const project = await hub.mint()
    const arrivals: number[] = []
    let refused_at = 0
    const busy = Bun.serve({
      port: 0,
      fetch(request) {
        arrivals.push(Date.now())
        if (arrivals.length === 20) {
          refused_at = Date.now()
          return new Response('', { status: 429, headers: { 'retry-after': '2' } })
        }
        if (arrivals.length === 60) return new Response('', { status: 503, headers: { 'retry-after': '1' } })
        return hub.api.fetch(request)
      },
    })
    const outcome = await run(project, DAY, `http://localhost:${busy.port}`)
    await busy.stop(true)
    expect(outcome).toMatchObject({ duplicates: 0, rejected: 0, waits: 2 })
    expect(await list(project)).toHaveLength(40)
    // Whatever came in that time was under way already when the hub said no.
    const meanwhile = arrivals.filter((at) => at > refused_at && at < refused_at + 1900)
    expect(meanwhile.length).toBeLessThan(SENDERS)
    expect(arrivals.filter((at) => at >= refused_at + 1900).length).toBeGreaterThan(20)
  },
  RUN_MS,
)

test('without a hub the demo says so in one line', async () => {
  const project = await hub.mint()
  const closed = Bun.serve({ port: 0, fetch: () => new Response() })
  const base = `http://localhost:${closed.port}`
  await closed.stop(true)
  const { complaints, code } = await finish(start(project, DAY, base))
  expect(complaints).toBe(
    `No hub answers at ${base}: start one with "npm start", or set TRACEHUB_BASE_URL.\n`,
  )
  expect(code).toBe(1)
})

test('a key that the hub refuses ends the demo with what the hub said', async () => {
  const { complaints, code } = await finish(start({ project_id: '', key: `th_${'0'.repeat(32)}` }, DAY))
  expect(complaints).toContain('answered 401 invalid_api_key')
  expect(complaints.trim().split('\n')).toHaveLength(1)
  expect(code).toBe(1)
})

test(
  'a live demo has runs under way, and Ctrl-C ends what is under way',
  async () => {
    const project = await hub.mint()
    const demo = start(project, ['--traces', '0', '--live'])
    const deadline = Date.now() + 20_000
    const isUnderWay = async () =>
      (await list(project)).some(
        ({ name, status, ended_spans, has_open_spans }) =>
          name === 'order_resolution' && status === 'running' && ended_spans > 0 && has_open_spans,
      )
    while (!(await isUnderWay()) && Date.now() < deadline) await Bun.sleep(50)
    expect(await isUnderWay()).toBe(true)
    demo.kill('SIGINT')
    const { printed, complaints, code } = await finish(demo)
    expect(complaints).toBe('')
    expect(code).toBe(0)
    const ended = Number(/(\d+) traces that were under way/.exec(printed)?.[1])
    const interrupted = (await list(project)).filter(({ status }) => status === 'interrupted')
    expect(ended).toBeGreaterThan(0)
    expect(interrupted).toHaveLength(ended)
    expect(interrupted.filter(({ has_open_spans }) => has_open_spans)).toEqual([])
  },
  RUN_MS,
)
