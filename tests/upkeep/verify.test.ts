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
  const [rows] = await sql<[{ all: number; spans: number }]>`
    select (select count(*)::int from spans where project_no = ${no}) spans, (
      (select count(*) from spans where project_no = ${no}) + (select count(*) from evals where project_no = ${no})
      + (select count(*) from span_events where project_no = ${no}))::int "all"`
  expect(counts.values.checked).toBe(sums.traces + rows.all)
  expect(counts.homes.checked).toBe(rows.all)
})

/** Rewrites the body in which a word stands, as somebody would who can write to the database. */
async function changeBody(no: number, word: string, other: string): Promise<number> {
  const bodies = await sql<{ log_id: string; body: Uint8Array }[]>`
    select log_id, body from log where project_no = ${no} and body is not null`
  let changed = 0
  for (const { log_id, body } of bodies) {
    const text = Bun.zstdDecompressSync(body).toString()
    if (!text.includes(word)) continue
    await sql`update log set body = ${Bun.zstdCompressSync(text.replaceAll(word, other))} where log_id = ${log_id}`
    changed++
  }
  return changed
}

test('a value that somebody changed is found by its table, trace and column, whatever table it stands in', async () => {
  const { no, check } = await filled()
  const trace_no = (key: string) => sql`(
    select trace_no from traces where project_no = ${no} and trace_key = ${key})`
  await sql`update spans set name = 'forged' where project_no = ${no} and span_key = 'child' and trace_no = ${trace_no('a')}`
  await sql`
    update spans set model = 'forged', cost_nano = 1, input_preview = 'forged', end_time = end_time + interval '1 s'
    where project_no = ${no} and span_key = 'root' and trace_no = ${trace_no('b')}`
  await sql`
    update traces set user_id = 'forged', input_preview = 'forged', tags = '{x}', end_time = now()
    where project_no = ${no} and trace_key = 'c'`
  await sql`
    update span_events set at = at + interval '1 s' where project_no = ${no} and type = 3 and trace_no = ${trace_no('a')}`
  await sql`update evals set score = 9, explanation = 'forged' where project_no = ${no} and trace_no = ${trace_no('b')}`
  const findings = await check()
  expect(wrongOf(findings)).toEqual({ values: 5 })
  const told = findings.faults.map((fault) => fault.replace(/key \d+ [0-9a-f-]{36}/, 'KEY')).toSorted()
  expect(told).toEqual([
    'trace a, row of span_events KEY: at',
    'trace a, row of spans child: name',
    'trace b, row of evals KEY: score, explanation',
    'trace b, row of spans root: end_time, model, input_preview, cost_nano',
    'trace c, row of traces: end_time, user_id, input_preview, tags',
  ])
  expect(findings.faults.join()).not.toContain('forged')
})

test('a word that somebody changed in a body is found where rows were folded from it', async () => {
  const { no, check } = await filled()
  expect(await changeBody(no, '"user of b"', '"user of x"')).toBe(2)
  expect(await changeBody(no, '"why in c"', '"who in c"')).toBe(1)
  const findings = await check()
  expect(wrongOf(findings)).toEqual({ values: 2 })
  expect(findings.faults[0]).toBe('trace b, row of traces: user_id, sources')
  expect(findings.faults[1]).toMatch(/^trace c, row of evals .+: explanation$/)
})

test('a comparison changes nothing and keeps no writer waiting', async () => {
  const { project, no, check } = await filled()
  await sql`update spans set name = 'forged' where project_no = ${no} and span_key = 'child'`
  const rows = async () => sql`
    select t.xmin, t.version, s.xmin, s.name from traces t join spans s using (project_no, trace_no)
    where t.project_no = ${no} order by t.trace_no, s.span_key`
  const before = [...(await rows())]
  await sql.begin(async (tx) => {
    await tx`select 1 from traces where project_no = ${no} for update`
    expect(wrongOf(await check())).toEqual({ values: 3 })
  })
  expect([...(await rows())]).toEqual(before)
  const { project_id } = project
  expect((await verify(hub.deps, { project_id, day: '2001-01-01' })).counts.values.checked).toBe(0)
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
  expect(wrongOf(await check())).toEqual({ items: 1, counters: 1, values: 2 })
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
  expect(wrongOf(findings)).toEqual({ counters: 2, values: 2 })
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
  let rounds = 0
  let written = 0
  const writer = (async () => {
    for (; rounds < 3; written++) {
      const ids = [`w ${written}`, 'hot']
      await hub.tell(project, SPANS, { events: ids.map((id) => event(id, `s ${written}`, 'SPAN_ENDED', 2)) })
    }
  })()
  try {
    for (; rounds < 3; rounds++) {
      const before = written
      while (written === before) await Bun.sleep(1)
      expect((await verify(hub.deps, { project_id: project.project_id })).faults).toEqual([])
    }
  } finally {
    rounds = 3
  }
  await writer
  expect(written).toBeGreaterThan(3)
}, 60_000)

test('each run is in the audit, without a word of what was checked', async () => {
  const { project, check } = await filled()
  await check()
  const [row] = await sql<{ actor: string; detail: unknown }[]>`
    select actor, detail from audit where action = 'record.verified' and detail ->> 'project' = ${project.project_id}`
  expect(row).toEqual({ actor: 'hub', detail: { project: project.project_id, day: null, wrong: 0 } })
})

test('a span, an event or an evaluation without a trace, or with a second copy in another day, is found', async () => {
  const { no, check } = await filled()
  await sql`
    insert into spans select (jsonb_populate_record(s, jsonb_build_object('trace_day', s.trace_day + 1))).*
    from spans s where s.project_no = ${no} and s.span_key = 'root' limit 1`
  await sql`
    insert into span_events select (jsonb_populate_record(e, '{"trace_no":999999999}')).*
    from span_events e where e.project_no = ${no} limit 1`
  await sql`
    insert into evals select (jsonb_populate_record(v, '{"trace_no":999999999}')).*
    from evals v where v.project_no = ${no} limit 1`
  const findings = await check()
  expect(wrongOf(findings)).toEqual({ homes: 3 })
  expect(findings.faults.join()).toContain('span root: trace number')
})
