import { afterAll, expect, test } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import type { Check, Findings } from '../../ingest/upkeep/findings.ts'
import { verify } from '../../ingest/upkeep/verify.ts'
import { fill } from './fill.ts'
import { at, event, EVALS, openHub, span, SPANS, TRACES } from './open-hub.ts'

const hub = await openHub()
afterAll(hub.stop)
const { sql } = hub

const wrongOf = ({ counts }: Findings): Partial<Record<Check, number>> =>
  Object.fromEntries(
    Object.entries(counts)
      .filter(([, { wrong }]) => wrong > 0)
      .map(([check, { wrong }]) => [check, wrong]),
  )

const numberOf = async ({ project_id }: TestProject): Promise<number> => {
  const [row] = await sql<[{ project_no: number }]>`
    select project_no from projects where project_id = ${project_id}`
  return row.project_no
}

async function filled() {
  const project = await hub.mint()
  await fill(hub, project, ['a', 'b', 'c'])
  return {
    project,
    no: await numberOf(project),
    check: () => verify(hub.deps, { project_id: project.project_id }),
  }
}

test('a sound record has nothing wrong, and everything in it was looked at', async () => {
  const { no, check } = await filled()
  const findings = await check()
  expect(findings.faults).toEqual([])
  const [sums] = await sql<[{ requests: number; stored: number; bodies: number; traces: number }]>`
    select count(*)::int requests, sum(stored)::int stored, count(body)::int bodies,
      (select count(*)::int from traces where project_no = ${no}) traces
    from log where project_no = ${no}`
  const { counts } = findings
  expect([
    counts.ledger.checked,
    counts.items.checked,
    counts.bodies.checked,
    counts.counters.checked,
  ]).toEqual([sums.requests, sums.stored, sums.bodies, sums.traces])
  expect(counts.sources.checked).toBeGreaterThan(50)
})

test('an evaluation that names a span alone is found with the trace of the span', async () => {
  const project = await hub.mint()
  const trace = { trace_id: 't', start_time: at(0) }
  await hub.tell(project, TRACES, { trace, spans: [span('t', 'only')] })
  const said = { eval_name: 'e', eval_model: 'm', score: 1, passed: true, idempotency_key: 'k' }
  await hub.tell(project, EVALS, { ...said, span_id: 'only' })
  const part = { project_id: project.project_id }
  expect((await verify(hub.deps, part)).faults).toEqual([])
  await sql`delete from evals where project_no = ${await numberOf(project)}`
  expect(wrongOf(await verify(hub.deps, part))).toEqual({ items: 1 })
})

test('an item that is counted as stored and in no row is found missing', async () => {
  const { no, check } = await filled()
  await sql`delete from spans where project_no = ${no} and span_key = 'root' and trace_no = (
    select trace_no from traces where project_no = ${no} and trace_key = 'b')`
  // The amendment of the same span is still in its event; the trace counts a span that is not there.
  expect(wrongOf(await check())).toEqual({ items: 1, counters: 1 })
  const { faults } = await check()
  expect(faults[0]).toMatch(/^request [0-9a-f-]{36}: 2 items stored, 0 erased, 1 found in rows$/)
  expect(faults.join()).toContain('trace b: total_spans is 7 and should be')
})

test('a whole trace that is lost is found missing', async () => {
  const { no, check } = await filled()
  await sql`delete from traces where project_no = ${no} and trace_key = 'a'`
  const wrong = wrongOf(await check())
  expect(wrong.items).toBeGreaterThanOrEqual(3)
})

test('numbers that do not add up, and a body that nobody erased and is not there, are found', async () => {
  const { no, check } = await filled()
  const log = await sql<{ log_id: string }[]>`
    select log_id from log where project_no = ${no} and stored > 0 order by log_id limit 2`
  await sql`update log set stored = stored + 1 where log_id = ${log[0]?.log_id ?? ''}`
  await sql`update log set body = null where log_id = ${log[1]?.log_id ?? ''}`
  const wrong = wrongOf(await check())
  expect([wrong.ledger, wrong.items, (wrong.sources ?? 0) > 0]).toEqual([2, 1, true])
})

test('a body that cannot be decoded is found, and so is all that came from it', async () => {
  const { no, check } = await filled()
  await sql`update log set body = 'broken' where log_id = (
    select log_id from log where project_no = ${no} and body is not null order by log_id limit 1)`
  const wrong = wrongOf(await check())
  expect(wrong.bodies).toBe(1)
  expect(wrong.sources).toBeGreaterThanOrEqual(3)
})

test('a wrong counter of a trace or of a span is named with what it should be', async () => {
  const { no, check } = await filled()
  await sql`update traces set input_tokens = input_tokens + 1, costed_spans = 0 where project_no = ${no} and trace_key = 'a'`
  await sql`update spans set usage_children = 5 where project_no = ${no} and span_key = 'root' and trace_no = (
    select trace_no from traces where project_no = ${no} and trace_key = 'c')`
  const findings = await check()
  expect(wrongOf(findings)).toEqual({ counters: 2 })
  expect(findings.faults[0]).toContain('trace a: input_tokens is')
  expect(findings.faults[1]).toContain('trace c: usage_children of 1 spans is wrong, first root')
})

test('a row that points to another item than it is of is found', async () => {
  const { no, check } = await filled()
  await sql`update span_events set ordinal = ordinal + 1 where project_no = ${no} and ctid = (
    select min(ctid) from span_events where project_no = ${no} and type = 2 and ordinal = 0)`
  await sql`
    update span_events set ordinal = 4999 where project_no = ${no} and event_key = (
      select min(event_key) from span_events where project_no = ${no} and type = 3)`
  const wrong = wrongOf(await check())
  expect(wrong.sources).toBeGreaterThanOrEqual(1)
})

test('a project and a day are checked alone', async () => {
  const { project } = await filled()
  const { counts } = await verify(hub.deps, { project_id: project.project_id, day: '2001-01-01' })
  expect([counts.ledger.checked, counts.bodies.checked, counts.counters.checked]).toEqual([0, 0, 0])
  const today = new Date().toISOString().slice(0, 10)
  const now = await verify(hub.deps, { project_id: project.project_id, day: today })
  expect([now.counts.counters.checked, now.faults]).toEqual([3, []])
})

test('while lanes write, nothing looks wrong', async () => {
  const project = await hub.mint()
  let writing = true
  const writer = (async () => {
    for (let round = 0; round < 60; round++) {
      const ids = [`w ${round}`, 'hot']
      await hub.tell(project, SPANS, { events: ids.map((id) => event(id, `s ${round}`, 'SPAN_ENDED', 2)) })
    }
    writing = false
  })()
  let rounds = 0
  while (writing) {
    expect((await verify(hub.deps, { project_id: project.project_id })).faults).toEqual([])
    rounds++
  }
  await writer
  expect(rounds).toBeGreaterThan(1)
}, 60_000)

test('each run is in the audit, without a word of what was checked', async () => {
  const { project, check } = await filled()
  await check()
  const [row] = await sql<{ actor: string; detail: unknown }[]>`
    select actor, detail from audit where action = 'record.verified' and detail ->> 'project' = ${project.project_id}`
  expect(row).toEqual({ actor: 'hub', detail: { project: project.project_id, day: null, wrong: 0 } })
})
