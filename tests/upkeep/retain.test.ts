import { expect, test } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import { erase } from '../../ingest/upkeep/erase.ts'
import { reproject } from '../../ingest/upkeep/reproject.ts'
import { retain } from '../../ingest/upkeep/retain.ts'
import { verify } from '../../ingest/upkeep/verify.ts'
import { fill } from './fill.ts'
import { at, event, openHub, span, SPANS, TRACES, type Hub } from './open-hub.ts'
import { placesOf } from './search.ts'

const DAY_MS = 86_400_000
const TODAY = at(0).slice(0, 10)
const suffix = (day: string) => day.replaceAll('-', '')
const inDays = (days: number) => new Date(Date.parse(TODAY) + days * DAY_MS + 4 * 3_600_000).getTime()

async function withHub(work: (hub: Hub) => Promise<void>): Promise<void> {
  const hub = await openHub()
  try {
    await work(hub)
  } finally {
    await hub.stop()
  }
}

const admin = (hub: Hub, project: TestProject, settings: object) =>
  hub.api.request('PUT', `/api/v1/projects/${project.project_id}/settings`, {
    key: 'dev-key',
    body: { retention_days: null, masking: { detectors: [], keys: [] }, ...settings },
  })

async function leavesOf({ sql }: Hub): Promise<string[]> {
  const rows = await sql<{ leaf: string }[]>`
    select c.relname leaf from pg_class c where c.relkind = 'r' and c.relname ~ '^(log|spans|span_events)_[0-9]+$'`
  return rows.map(({ leaf }) => leaf)
}

const tracesOf = async ({ sql }: Hub, { project_id }: TestProject): Promise<string[]> => {
  const rows = await sql<{ trace_key: string }[]>`
    select trace_key from traces join projects using (project_no) where project_id = ${project_id} order by 1`
  return rows.map(({ trace_key }) => trace_key)
}

/** Rows of spans, events and evaluations whose trace is not there. */
async function orphansOf({ sql }: Hub): Promise<number> {
  const [row] = await sql<[{ orphans: number }]>`
    select (select count(*) from spans s where not exists (select from traces t where t.trace_no = s.trace_no))::int
      + (select count(*) from span_events s where not exists (select from traces t where t.trace_no = s.trace_no))::int
      + (select count(*) from evals s where not exists (select from traces t where t.trace_no = s.trace_no))::int orphans`
  return row.orphans
}

test('a day that nobody keeps any more goes whole: traces, then its leaves, and two days later its log', () =>
  withHub(async (hub) => {
    const project = await hub.mint()
    await fill(hub, project, ['a', 'b'])
    hub.deps.setClock(inDays(30))
    expect(await retain(hub.deps)).toMatchObject({ traces: 0 })
    hub.deps.setClock(inDays(31))
    await hub.tell(project, TRACES, {
      trace: { trace_id: 'new', start_time: at(31 * 86_400) },
      spans: [span('new', 's')],
    })
    const gone = await retain(hub.deps)
    expect(gone).toMatchObject({ traces: 2, bodies: 0 })
    expect(gone?.leaves).toContain(`spans_${suffix(TODAY)}`)
    expect(gone?.leaves).toContain(`span_events_${suffix(TODAY)}`)
    expect(gone?.leaves).not.toContain(`log_${suffix(TODAY)}`)
    expect(await tracesOf(hub, project)).toEqual(['new'])
    expect(await orphansOf(hub)).toBe(0)
    // The bodies of that day are still there; that their traces are not is known.
    expect((await verify(hub.deps)).faults).toEqual([])
    expect(await reproject(hub.deps)).toMatchObject({ walked: 1, changed: 0, incomplete: 0 })
    hub.deps.setClock(inDays(33))
    const log = await retain(hub.deps)
    expect(log?.leaves).toContain(`log_${suffix(TODAY)}`)
    const remembered = await hub.sql`select 1 from expired_traces`
    hub.deps.setClock(inDays(35))
    await retain(hub.deps)
    const forgotten = await hub.sql`select 1 from expired_traces`
    expect([remembered.count, forgotten.count]).toEqual([2, 0])
    expect((await verify(hub.deps)).faults).toEqual([])
    const audit = await hub.sql`
      select project_no is null is_hub, subject, detail from audit where action = 'record.expired' order by at, subject desc`
    expect(audit.map(({ subject }) => subject as string)).toEqual(['days', 'traces', 'days', 'days', 'days'])
    expect(audit[1]).toEqual({ is_hub: false, subject: 'traces', detail: { traces: 2 } })
    expect(audit[2]).toMatchObject({ is_hub: true, subject: 'days', detail: { bodies: 0, outbox: 0 } })
  }))

test('partitions are not made again for days that were dropped', () =>
  withHub(async (hub) => {
    const project = await hub.mint()
    await hub.tell(project, TRACES, { trace: { trace_id: 't', start_time: at(0) } })
    hub.deps.setClock(inDays(40))
    await retain(hub.deps)
    // A write into a day that has no leaf yet makes the keeper look again.
    await hub.tell(project, TRACES, {
      trace: { trace_id: 'u', start_time: at(40 * 86_400) },
      spans: [span('u', 's')],
    })
    await hub.tell(project, TRACES, {
      trace: { trace_id: 'old', start_time: at(0) },
      spans: [span('old', 's')],
    })
    const leaves = await leavesOf(hub)
    expect(leaves).not.toContain(`spans_${suffix(TODAY)}`)
    expect(leaves).toContain(`spans_${suffix(new Date(inDays(10)).toISOString().slice(0, 10))}`)
    // What is older than anybody keeps it is filed under the day of its receipt.
    const [row] = await hub.sql<
      { day: string }[]
    >`select trace_day::text "day" from traces where trace_key = 'old'`
    expect(row?.day).toBe(new Date(inDays(40)).toISOString().slice(0, 10))
    expect((await retain(hub.deps))?.traces).toBe(0)
  }))

test('a project that is kept for a shorter time loses its traces and bodies, its neighbours lose nothing', () =>
  withHub(async (hub) => {
    const [short, long, forever] = [await hub.mint(), await hub.mint(), await hub.mint()]
    expect((await admin(hub, short, { retention_days: 2 })).status).toBe(200)
    for (const project of [short, long, forever]) await fill(hub, project, [`of ${project.project_id}`])
    hub.deps.setClock(inDays(3))
    const first = await retain(hub.deps)
    expect(first).toMatchObject({ traces: 1, bodies: 0 })
    expect(first?.leaves.filter((leaf) => leaf.endsWith(suffix(TODAY)))).toEqual([])
    expect(await tracesOf(hub, short)).toEqual([])
    expect(await tracesOf(hub, long)).toHaveLength(1)
    expect(await orphansOf(hub)).toBe(0)
    expect((await verify(hub.deps)).faults).toEqual([])
    hub.deps.setClock(inDays(5))
    const second = await retain(hub.deps)
    expect(second?.traces).toBe(0)
    expect(second?.bodies).toBeGreaterThan(3)
    hub.deps.setClock(inDays(6))
    expect((await retain(hub.deps))?.bodies).toBe(0)
    expect(await placesOf(hub.sql, `of ${short.project_id}`)).toEqual([])
    expect(await placesOf(hub.sql, `of ${long.project_id}`)).toContain('log.body')
    expect((await verify(hub.deps)).faults).toEqual([])
    expect(await retain(hub.deps)).toMatchObject({ traces: 0, bodies: 0 })
    // The numbers of its requests stay as long as the day does.
    const [ledger] = await hub.sql<[{ requests: number; stored: number }]>`
      select count(*)::int requests, sum(stored)::int stored from log join projects using (project_no)
      where project_id = ${short.project_id}`
    expect(ledger.requests).toBeGreaterThan(5)
    await admin(hub, forever, { retention_days: 0 })
    hub.deps.setClock(inDays(400))
    expect(await retain(hub.deps)).toMatchObject({ traces: 1, leaves: [] })
    expect(await tracesOf(hub, forever)).toHaveLength(1)
    expect((await verify(hub.deps)).faults).toEqual([])
  }))

test('with HUB_RETENTION_DAYS=0 everything is kept', () =>
  withHub(async (hub) => {
    const deps = { ...hub.deps, config: { ...hub.deps.config, retention_days: 0 } }
    const project = await hub.mint()
    await hub.tell(project, TRACES, { trace: { trace_id: 'a', start_time: at(0), status: 'error' } })
    hub.deps.setClock(inDays(4000))
    expect(await retain(deps)).toEqual({ traces: 0, bodies: 0, leaves: [], outbox: 1 })
    expect(await tracesOf(hub, project)).toEqual(['a'])
    expect((await hub.sql`select 1 from audit where action = 'record.expired'`).count).toBe(1)
    expect(await retain(deps)).toEqual({ traces: 0, bodies: 0, leaves: [], outbox: 0 })
    expect((await hub.sql`select 1 from audit where action = 'record.expired'`).count).toBe(1)
  }))

test('back-dated data is filed under its own day only as far back as its project keeps it', () =>
  withHub(async (hub) => {
    const [short, long] = [await hub.mint(), await hub.mint()]
    await admin(hub, short, { retention_days: 7 })
    // The keeper hears of it on the bus and reads it again.
    await Bun.sleep(300)
    for (const project of [short, long]) {
      for (const days of [5, 20, 400]) {
        const trace = { trace_id: `${days} days`, start_time: at(-days * 86_400) }
        await hub.tell(project, TRACES, { trace, spans: [span(trace.trace_id, 's')] })
      }
    }
    const daysOf = async ({ project_id }: TestProject) => {
      const rows = await hub.sql<{ age: number }[]>`
        select ${TODAY}::date - trace_day age from traces join projects using (project_no)
        where project_id = ${project_id} order by trace_key desc`
      return rows.map(({ age }) => age)
    }
    expect([await daysOf(short), await daysOf(long)]).toEqual([
      [5, 0, 0],
      [5, 0, 20],
    ] as never)
    expect(await retain(hub.deps)).toMatchObject({ traces: 0 })
  }))

test('two processes at it at once delete everything once', () =>
  withHub(async (hub) => {
    const project = await hub.mint()
    for (let round = 0; round < 12; round++) await fill(hub, project, [`a ${round}`, `b ${round}`])
    hub.deps.setClock(inDays(31))
    const both = await Promise.all([retain(hub.deps), retain(hub.deps)])
    expect(both.map((done) => done?.traces ?? 0).toSorted((a, b) => b - a)).toEqual([24, 0])
    expect(await tracesOf(hub, project)).toEqual([])
    const audit = await hub.sql`select 1 from audit where action = 'record.expired' and subject = 'traces'`
    expect(audit.count).toBe(1)
  }))

test('a leaf that a killed run left detached is dropped by the next', () =>
  withHub(async (hub) => {
    const old = `spans_${suffix(new Date(inDays(-5)).toISOString().slice(0, 10))}`
    await hub.sql`alter table spans detach partition ${hub.sql(old)}`
    hub.deps.setClock(inDays(26))
    const done = await retain(hub.deps)
    expect(done?.leaves).toContain(old)
    expect(await leavesOf(hub)).not.toContain(old)
  }))

test('what was told to the outside is kept for seven days', () =>
  withHub(async (hub) => {
    const project = await hub.mint()
    const send = (id: string) =>
      hub.tell(project, TRACES, { trace: { trace_id: id, start_time: at(0), status: 'error' } })
    await send('old')
    hub.deps.setClock(inDays(5))
    await send('new')
    hub.deps.setClock(inDays(8))
    expect(await retain(hub.deps)).toMatchObject({ outbox: 1 })
    expect((await hub.sql`select 1 from outbox`).count).toBe(1)
  }))

test('an expired trace can still be erased from the bodies that name it', () =>
  withHub(async (hub) => {
    const project = await hub.mint()
    const words = `words ${crypto.randomUUID()}`
    const trace = { trace_id: 't', start_time: at(0), input_text: words, user_id: 'u' }
    await hub.tell(project, TRACES, { trace, spans: [span('t', 's')] })
    const said = {
      eval_name: 'e',
      eval_model: 'm',
      score: 1,
      passed: true,
      idempotency_key: 'k',
      explanation: words,
    }
    await hub.tell(project, '/api/v1/evals', { ...said, span_id: 's' })
    hub.deps.setClock(inDays(31))
    await retain(hub.deps)
    expect(await placesOf(hub.sql, words)).toEqual(['log.body'])
    const asked = { project_id: project.project_id, user_id: 'u', actor: 'operator' }
    expect(await erase(hub.deps, asked)).toEqual({ traces: 0, spans: 0, bodies: 2, unreadable: 0 })
    expect(await placesOf(hub.sql, words)).toEqual([])
    expect((await hub.sql`select 1 from expired_traces`).count).toBe(0)
    expect((await verify(hub.deps)).faults).toEqual([])
  }))

test('late spans of traces that are just being deleted are all accepted, and nothing is left half', () =>
  withHub(async (hub) => {
    const project = await hub.mint()
    const ids = Array.from({ length: 300 }, (_, index) => `t ${index}`)
    await Promise.all(
      ids.map((id) =>
        hub.tell(project, TRACES, { trace: { trace_id: id, start_time: at(0) }, spans: [span(id, 's')] }),
      ),
    )
    hub.deps.setClock(inDays(31))
    await hub.tell(project, SPANS, { events: [event('warm', 's', 'SPAN_ENDED', 1)] })
    let accepted = 0
    const refused: number[] = []
    const late = async (from: number) => {
      for (let index = from; index < 300; index += 4) {
        const [id, other] = [`t ${index}`, `t ${299 - index}`]
        const events = [
          event(id, `late ${index}`, 'SPAN_ENDED', 2),
          event(other, `late ${index}`, 'SPAN_ENDED', 2),
        ]
        const { status, json } = await hub.send(project, 'POST', SPANS, { events })
        if (status === 200) accepted += Number(json['accepted'])
        else refused.push(status)
      }
    }
    const writers = Promise.all([late(0), late(1), late(2), late(3)])
    await Bun.sleep(20)
    const done = await retain(hub.deps)
    await writers
    expect(refused).toEqual([])
    expect(accepted).toBe(600)
    expect(done?.leaves).toContain(`spans_${suffix(TODAY)}`)
    expect(await orphansOf(hub)).toBe(0)
    expect((await verify(hub.deps)).faults).toEqual([])
    const [kept] = await hub.sql<[{ old: number; spans: number }]>`
      select count(*) filter (where trace_day = ${TODAY}::date)::int old, sum(total_spans)::int spans from traces`
    expect(kept.old).toBe(0)
    await retain(hub.deps)
    expect(hub.deps.logged.filter((line) => line.includes('"level":"error"'))).toEqual([])
  }))
