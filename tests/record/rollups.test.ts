import { afterAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { overview } from '#shared/contract/traces.ts'
import { series } from '#shared/contract/stats.ts'
import { call } from '#shared/http/call.ts'
import { testApi } from '#shared/testing/api.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { mintProject, type TestProject } from '#shared/testing/project.ts'
import { migrate } from '#shared/store/migrate.ts'
import { rollUp } from '../../ingest/record/roll-up.ts'
import { ingest } from '../../ingest/service.ts'
import { erase } from '../../ingest/upkeep/erase.ts'
import { reproject } from '../../ingest/upkeep/reproject.ts'
import { retain } from '../../ingest/upkeep/retain.ts'
import { verify } from '../../ingest/upkeep/verify.ts'
import { query } from '../../query/service.ts'

// A database of its own, since here all hours that are over are rolled up by hand; the hub's own job has a clock that
// stands before all of them.
const { database, url, drop } = await freshDatabase()
await migrate(database)
const deps = await testDeps(url)
const NOW = Math.floor(Date.now() / 3_600_000) * 3_600_000 + 1_800_000
const HOUR = 3_600_000
deps.setClock(NOW - 100 * HOUR)
const services = [await ingest(deps)]
deps.setClock(null)
const asked = { ...deps, clock: () => NOW, cache: { ...deps.cache, get: () => Promise.resolve(null) } }
services.push(await query(asked))
deps.setClock(NOW - 100 * HOUR)
const api = testApi(
  deps,
  services.flatMap(({ routes }) => routes),
)
afterAll(async () => {
  for (const service of services) await service.stop()
  await deps.stop()
  await drop()
})
const { sql } = deps.database

const at = (hours: number, ms = 0) => new Date(NOW - hours * HOUR + ms).toISOString()
const mint = (): Promise<TestProject> => mintProject(api.fetch)

async function tell(project: TestProject, path: string, body: unknown): Promise<void> {
  const response = await api.request('POST', `/api/v1${path}`, { key: project.key, body })
  const text = await response.text()
  expect(response.status).toBe(200)
  expect(text).not.toContain('"rejected":[{')
}

const trace = (
  project: TestProject,
  trace_id: string,
  start_time: string,
  more: object = {},
  spans: object[] = [],
) => tell(project, '/ingest/traces', { trace: { trace_id, start_time, ...more }, spans })

const span = (trace_id: string, span_id: string, start_time: string, more: object = {}) => ({
  ...{ trace_id, span_id, name: span_id, start_time, idempotency_key: `${span_id} ${JSON.stringify(more)}` },
  ...more,
})

/** Everything that is asked of a project's figures. */
async function figuresOf(project: TestProject) {
  const headers = { 'x-api-key': project.key }
  const ask = (hours: number) =>
    call(api.fetch, 'http://localhost', series, { query: { last_hours: hours, sla_ms: 1500 } }, headers)
  return [
    await call(api.fetch, 'http://localhost', overview, { query: { last_hours: 96 } }, headers),
    await ask(96),
    await ask(40),
    await ask(3),
  ]
}

/** The same, when nothing has been rolled up: every trace is counted. */
async function recount(project: TestProject) {
  const [row] = await sql<{ project_no: number }[]>`
    select project_no from projects where project_id = ${project.project_id}`
  const project_no = row?.project_no ?? 0
  const before = await sql<{ ctid: string }[]>`select ctid::text from rollup_marks`
  await sql`
    insert into rollup_marks (project_no, hour)
    select ${project_no}, generate_series(${at(200)}::timestamptz, ${at(-1)}::timestamptz, '1 h')`
  await sql`
    update rollup_marks set hour = date_trunc('hour', hour, 'UTC')
    where not ctid::text = any(${before.map(({ ctid }) => ctid)}::text[])`
  const counted = await figuresOf(project)
  await sql`delete from rollup_marks where not ctid::text = any(${before.map(({ ctid }) => ctid)}::text[])`
  return counted
}

const marksOf = async (project: TestProject): Promise<string[]> => {
  const rows = await sql<{ hour: Date }[]>`
    select distinct hour from rollup_marks join projects using (project_no)
    where project_id = ${project.project_id} order by hour`
  return rows.map(({ hour }) => hour.toISOString())
}

const rolledOf = async (project: TestProject) => sql<{ hour: Date; traces: number }[]>`
  select hour, (select sum(n) from unnest(statuses) n)::int traces from rollups join projects using (project_no)
  where project_id = ${project.project_id} order by hour`

const hourOf = (hours: number) => new Date(Math.floor((NOW - hours * HOUR) / HOUR) * HOUR).toISOString()

const wholly = () => rollUp(asked)

/** Rolls up, and sees that nothing is left to count and that the figures are a recount's. */
async function expectExact(project: TestProject) {
  await wholly()
  expect(await marksOf(project)).toEqual((await marksOf(project)).filter((hour) => hour >= hourOf(0)))
  const rolled = await figuresOf(project)
  expect(rolled).toEqual(await recount(project))
  return rolled
}

test('rolled up or counted, the figures are the same, whatever comes in which order', async () => {
  const saying = fc.record({
    trace: fc.nat(5),
    hours: fc.integer({ min: 0, max: 60 }),
    status: fc.constantFrom('running', 'success', 'error'),
    took: fc.integer({ min: 1, max: 100_000 }),
    model: fc.constantFrom('gpt-4.1', 'claude', null),
    tokens: fc.option(fc.nat(1000)),
    span_type: fc.constantFrom('llm', 'tool', '__proto__'),
    amended: fc.boolean(),
    rolled: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(saying, { minLength: 1, maxLength: 12 }), async (sayings) => {
      const project = await mint()
      for (const [index, said] of sayings.entries()) {
        const { hours, status, took } = said
        const id = `t${said.trace}`
        const start_time = at(hours)
        const end = status === 'running' ? {} : { status, end_time: at(hours, took) }
        const usage = { model: said.model, input_tokens: said.tokens, span_type: said.span_type }
        await trace(project, id, start_time, { ...end, environment: `env ${said.trace % 2}` }, [
          span(id, `s${index}`, start_time, { ...usage, ...end }),
        ])
        if (said.rolled) await wholly()
        if (!said.amended) continue
        const patch = { status: 'error', name: `amended ${index}` }
        await tell(project, '/ingest/spans', {
          events: [
            {
              ...{ trace_id: id, span_id: `s${index}`, event_type: 'AMENDMENT', event_time: at(0, index) },
              ...{ payload: { patch }, idempotency_key: `amend ${index}` },
            },
          ],
        })
      }
      await expectExact(project)
    }),
    { numRuns: 15 },
  )
}, 120_000)

test('a start that moves to another hour marks both, and the trace counts in its new hour alone', async () => {
  const project = await mint()
  await trace(project, 't', at(5))
  await wholly()
  expect((await rolledOf(project)).map(({ hour }) => hour.toISOString())).toEqual([hourOf(5)])
  await trace(project, 't', at(8), { status: 'success', end_time: at(4) })
  expect(await marksOf(project)).toEqual([hourOf(8), hourOf(5)])
  await expectExact(project)
  expect([...(await rolledOf(project))]).toEqual([{ hour: new Date(hourOf(8)), traces: 1 }])
})

test('a repeat marks nothing', async () => {
  const project = await mint()
  const say = () => trace(project, 't', at(5), {}, [span('t', 's', at(5), { end_time: at(5, 100) })])
  await say()
  await wholly()
  await say()
  expect(await marksOf(project)).toEqual([])
})

test('an erased trace is in no figure any more; its neighbour still is', async () => {
  const project = await mint()
  await trace(project, 'goes', at(5), { user_id: 'u' }, [span('goes', 's', at(5), { span_type: 'tool' })])
  await trace(project, 'stays', at(5))
  await trace(project, 'alone', at(9), { user_id: 'u' })
  await wholly()
  await erase(deps, { project_id: project.project_id, user_id: 'u', actor: 'operator' })
  expect(await marksOf(project)).toEqual([hourOf(9), hourOf(5)])
  const [counted] = await expectExact(project)
  expect(counted).toMatchObject({ totals: { total_traces: 1 }, span_types: {} })
  expect([...(await rolledOf(project))]).toEqual([{ hour: new Date(hourOf(5)), traces: 1 }])
})

test('what retention deletes leaves the figures of its hours', async () => {
  const project = await mint()
  await trace(project, 't', at(2), {}, [span('t', 's', at(2))])
  await wholly()
  expect(await rolledOf(project)).toHaveLength(1)
  await retain({ ...deps, clock: () => NOW + 40 * 24 * HOUR })
  await expectExact(project)
  expect(await rolledOf(project)).toHaveLength(0)
})

test('a trace that a new mapping changes is counted anew', async () => {
  const project = await mint()
  await trace(project, 't', at(5), {}, [span('t', 's', at(5), { span_type: 'tool' })])
  await wholly()
  await sql`
    update spans set span_type = 'llm' from projects
    where projects.project_no = spans.project_no and project_id = ${project.project_id}`
  await reproject(deps, { project_id: project.project_id })
  expect(await marksOf(project)).toEqual([hourOf(5)])
  const [counted] = await expectExact(project)
  expect(counted).toMatchObject({ span_types: { tool: 1 } })
})

test('a run that is cut off between the claim and the rollup leaves its marks', async () => {
  const project = await mint()
  await trace(project, 't', at(5))
  await sql`alter table rollups add constraint cut_off check (project_no < 0) not valid`
  try {
    const fault = await wholly().catch((cause: unknown) => cause)
    expect(String(fault)).toContain('cut_off')
    expect(await marksOf(project)).toEqual([hourOf(5)])
    expect(await rolledOf(project)).toHaveLength(0)
  } finally {
    await sql`alter table rollups drop constraint cut_off`
  }
  await expectExact(project)
  expect(await rolledOf(project)).toHaveLength(1)
})

test('two runs at once count each hour once, and rightly', async () => {
  const project = await mint()
  await wholly()
  for (let hours = 1; hours <= 20; hours++) await trace(project, `t${hours}`, at(hours))
  const both = await Promise.all([wholly(), wholly()])
  expect(both[0] + both[1]).toBe(20)
  await expectExact(project)
})

test('lanes that write while hours are rolled up lose nothing', async () => {
  const project = await mint()
  let writing = true
  const rolling = (async () => {
    while (writing) await Promise.all([wholly(), wholly()])
  })()
  for (let round = 0; round < 10; round++) {
    await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        trace(project, `t${index}`, at(3 + (index % 3)), { status: 'running' }, [
          span(`t${index}`, `s${round}`, at(3), { input_tokens: 1, model: 'm' }),
        ]),
      ),
    )
  }
  writing = false
  await rolling
  const [counted] = await expectExact(project)
  expect(counted).toMatchObject({ totals: { total_traces: 8 }, input_tokens: 80, span_types: { span: 80 } })
}, 60_000)

test('marks of the hour that is not over do not pile up, and one stays', async () => {
  const project = await mint()
  await trace(project, 't', at(0))
  await sql`
    insert into rollup_marks (project_no, hour)
    select project_no, hour from rollup_marks join projects using (project_no), generate_series(1, 200)
    where project_id = ${project.project_id}`
  await wholly()
  const left = await sql`
    select 1 from rollup_marks join projects using (project_no) where project_id = ${project.project_id}`
  expect(left.count).toBe(1)
  expect(await rolledOf(project)).toHaveLength(0)
  expect((await figuresOf(project))[0]).toMatchObject({ totals: { total_traces: 1 } })
})

test('whole hours are answered from their rollups, in the overview, the series and the window before it', async () => {
  const project = await mint()
  await trace(project, 't', at(5), {}, [span('t', 's', at(5))])
  await trace(project, 'before', at(45))
  await wholly()
  // What no recount would give.
  await sql`
    update rollups set input_tokens = 777, span_types = '{"planted": 9}' from projects
    where projects.project_no = rollups.project_no and project_id = ${project.project_id}`
  const [counted, , forty] = await figuresOf(project)
  expect(counted).toMatchObject({ input_tokens: 2 * 777, span_types: { planted: 18 } })
  expect(forty).toMatchObject({ totals: { input_tokens: 777 }, previous: { input_tokens: 777 } })
})

test('verify finds the figures of an hour that a recount does not give, and a rollup that is missing', async () => {
  const project = await mint()
  for (const hours of [5, 6, 7, 8])
    await trace(project, `t${hours}`, at(hours), { environment: 'e' }, [
      span(`t${hours}`, 'a', at(hours), { model: 'm', input_tokens: 1 }),
      span(`t${hours}`, 'b', at(hours), { span_type: 'tool', model: 'n' }),
    ])
  await wholly()
  const verified = async () => {
    const { counts, faults } = await verify(asked, { project_id: project.project_id })
    return { ...counts.rollups, faults }
  }
  expect(await verified()).toEqual({ checked: 4, wrong: 0, faults: [] })
  const change = async (hours: number, set: ReturnType<typeof sql>) => sql`
    update rollups set ${set} from projects
    where projects.project_no = rollups.project_no and project_id = ${project.project_id}
      and hour = ${hourOf(hours)}::text::timestamptz`
  await change(6, sql`input_tokens = 2, span_types = '{"tool": 2}'`)
  await sql`
    delete from rollups using projects
    where projects.project_no = rollups.project_no and project_id = ${project.project_id}
      and hour = ${hourOf(7)}::text::timestamptz`
  await change(8, sql`statuses = array[0, 0, 0, 0, 0]`)
  await trace(project, 'marks its hour', at(8))
  const faults = [`rollup of ${hourOf(7)}: traces`, `rollup of ${hourOf(6)}: input_tokens, span_types`]
  expect(await verified()).toEqual({ checked: 3, wrong: 2, faults })
})
