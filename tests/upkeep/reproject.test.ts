import { afterAll, expect, test } from 'bun:test'
import { protocolOf } from '#shared/protocol/index.ts'
import type { Item, Protocol } from '#shared/protocol/saying.ts'
import { router } from '#shared/http/serve.ts'
import { ingest } from '../../ingest/service.ts'
import { reproject } from '../../ingest/upkeep/reproject.ts'
import { verify } from '../../ingest/upkeep/verify.ts'
import { fill } from './fill.ts'
import { at, event, openHub, span, SPANS, TRACES } from './open-hub.ts'

const hub = await openHub()
afterAll(hub.stop)
const { sql } = hub

const TABLES = ['log', 'traces', 'spans', 'span_events', 'evals'] as const

/** Every row of the record of a project, as text. */
async function rowsOf(project_id: string): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {}
  for (const table of TABLES) {
    const found = await sql<{ row: string }[]>`
      select row(r.*)::text "row" from ${sql(table)} r join projects p using (project_no)
      where p.project_id = ${project_id} order by 1`
    rows[table] = found.map(({ row }) => row)
  }
  return rows
}

const faultsOf = async () => (await verify(hub.deps)).faults

test('what the lane wrote is what the log says: nothing changes', async () => {
  const project = await hub.mint()
  await fill(hub, project, ['a', 'b', 'c'])
  const before = await rowsOf(project.project_id)
  const done = await reproject(hub.deps, { project_id: project.project_id })
  expect(done).toEqual({ walked: 3, changed: 0, incomplete: 0, since: null })
  expect(await rowsOf(project.project_id)).toEqual(before)
})

test('what two lanes wrote at once into the same traces is what the log says', async () => {
  const project = await hub.mint()
  const other = await ingest(hub.deps)
  const send = router(hub.deps, other.routes)
  const post = async (path: string, body: unknown, index: number) => {
    const headers = { 'x-api-key': project.key, 'content-type': 'application/json' }
    const request = new Request(`http://localhost${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    const response = index % 2 ? await send(request) : await hub.api.fetch(request)
    expect(response.status).toBe(200)
  }
  const requests = Array.from({ length: 120 }, (_, index) => {
    const id = `hot ${index % 3}`
    const s = `s ${index % 7}`
    const parent_span_id = `s ${(index + 1) % 7}`
    if (index % 4 === 0)
      return { events: [event(id, s, 'SPAN_ENDED', index % 5, { parent_span_id, input_tokens: 1 })] }
    if (index % 4 === 1)
      return { events: [event(id, s, 'SPAN_STARTED', index % 5, { name: `n ${index % 5}` })] }
    const trace = {
      trace_id: id,
      start_time: at(index % 2),
      name: `name ${index % 3}`,
      user_review_passed: index % 8 < 4,
    }
    return {
      trace,
      spans: [span(id, s, { name: `m ${index}` }), span(id, `own ${index}`, { parent_span_id: s })],
    }
  })
  await Promise.all(requests.map((body, index) => post('trace' in body ? TRACES : SPANS, body, index >> 1)))
  await other.stop()
  const before = await rowsOf(project.project_id)
  expect(await reproject(hub.deps, { project_id: project.project_id })).toMatchObject({
    walked: 3,
    changed: 0,
  })
  expect(await rowsOf(project.project_id)).toEqual(before)
  expect((await verify(hub.deps, { project_id: project.project_id })).faults).toEqual([])
})

test('columns, rows and evaluations that were corrupted come back, and only the version of their traces rises', async () => {
  const project = await hub.mint()
  await fill(hub, project, ['a', 'b', 'c', 'd'])
  const before = await rowsOf(project.project_id)
  const versions = async () => {
    const rows = await sql<{ trace_key: string; version: number }[]>`
      select trace_key, version::int from traces join projects using (project_no)
      where project_id = ${project.project_id} order by 1`
    return rows.map(({ version }) => version)
  }
  const old = await versions()
  const [{ no }] = await sql<[{ no: number }]>`
    select project_no "no" from projects where project_id = ${project.project_id}`
  await sql`
    update spans s set name = 'wrong', winners = null, input_tokens = 1, usage_children = 9, node = '{}', cost_nano = null
    from traces t where t.trace_no = s.trace_no and t.project_no = ${no} and t.trace_key = 'a'`
  await sql`
    update traces set name = null, total_spans = 99, status = 2, root_key = 'child', tags = '{x}', start_time = now(),
      user_review_passed = null
    where project_no = ${no} and trace_key = 'b'`
  await sql`
    delete from span_events e using traces t
    where t.trace_no = e.trace_no and t.project_no = ${no} and t.trace_key = 'c' and e.type = 4`
  await sql`update evals set explanation = 'wrong', score = 9 where project_no = ${no} and explanation = 'why in c'`
  expect(await faultsOf()).not.toEqual([])
  const done = await reproject(hub.deps, { project_id: project.project_id })
  expect(done).toMatchObject({ walked: 4, changed: 3, incomplete: 0 })
  expect(await versions()).toEqual(old.map((version, index) => version + (index < 3 ? 1 : 0)))
  expect(await reproject(hub.deps, { project_id: project.project_id })).toMatchObject({ changed: 0 })
  await sql`update traces set version = version - 1 where project_no = ${no} and trace_key in ('a', 'b', 'c')`
  const after = await rowsOf(project.project_id)
  expect(after).toEqual(before)
})

/** The protocols as after a deliberate change: spans are named by their type as well, and nodes lie under another id. */
function changedProtocols(code: number): Protocol | undefined {
  const protocol = protocolOf(code)
  if (!protocol) return undefined
  const changed = (item: Item | null): Item | null =>
    item?.span
      ? {
          ...item,
          span: {
            ...item.span,
            span: item.span.values.node
              ? { ...item.span.span, key: `node ${item.span.span.key}` }
              : item.span.span,
            values: {
              ...item.span.values,
              name: item.span.values.name && `${item.span.values.span_type}: ${item.span.values.name}`,
            },
          },
        }
      : item
  return { ...protocol, item: (document, ordinal) => changed(protocol.item(document, ordinal)) }
}

test('a change of the mapping mends old traces, and the way back leads to the very rows there were', async () => {
  const [project, neighbour] = [await hub.mint(), await hub.mint()]
  for (const each of [project, neighbour]) await fill(hub, each, ['a', 'b'])
  const [before, beside] = [await rowsOf(project.project_id), await rowsOf(neighbour.project_id)]
  const options = { project_id: project.project_id }
  expect(await reproject(hub.deps, { ...options, protocols: changedProtocols })).toMatchObject({ changed: 2 })
  expect(await rowsOf(neighbour.project_id)).toEqual(beside)
  const names = await sql<{ name: string; span_key: string }[]>`
    select s.name, s.span_key from spans s join projects using (project_no) where project_id = ${project.project_id}`
  expect(names.filter(({ name }) => name === 'llm: child')).toHaveLength(2)
  expect(names.filter(({ span_key }) => span_key.startsWith('node '))).toHaveLength(6)
  expect(names).toHaveLength(14)
  expect(await reproject(hub.deps, { ...options, protocols: changedProtocols })).toMatchObject({ changed: 0 })
  expect(await reproject(hub.deps, options)).toMatchObject({ changed: 2 })
  await sql`
    update traces t set version = t.version - 2 from projects p
    where p.project_no = t.project_no and p.project_id = ${project.project_id}`
  expect(await rowsOf(project.project_id)).toEqual(before)
  expect(await rowsOf(neighbour.project_id)).toEqual(beside)
})

test('a trace whose words are no more in the log is left as it is, and counted', async () => {
  const project = await hub.mint()
  await fill(hub, project, ['a', 'b'])
  const [{ no }] = await sql<[{ no: number }]>`
    select project_no "no" from projects where project_id = ${project.project_id}`
  await sql`update spans set name = 'kept' where project_no = ${no}`
  await sql`update log set body = null where project_no = ${no} and log_id = (
    select log_id from log where project_no = ${no} order by log_id limit 1)`
  const done = await reproject(hub.deps, { project_id: project.project_id })
  expect(done).toMatchObject({ walked: 2, changed: 1, incomplete: 1 })
  const kept = await sql`
    select 1 from spans s join traces t using (trace_no) where t.project_no = ${no} and t.trace_key = 'a'
      and s.name = 'kept'`
  expect(kept.count).toBe(7)
})

test('a run that was cut off goes on where it was, and --restart begins anew', async () => {
  const project = await hub.mint()
  const ids = Array.from({ length: 450 }, (_, index) => `t ${index}`)
  await Promise.all(
    ids.map((id) =>
      hub.tell(project, TRACES, { trace: { trace_id: id, start_time: at(0) }, spans: [span(id, 's')] }),
    ),
  )
  const options = { project_id: project.project_id }
  const first = await reproject(hub.deps, { ...options, stopping: () => true })
  expect(first).toMatchObject({ walked: 200, since: null })
  let least = Number.POSITIVE_INFINITY
  const second = await reproject(hub.deps, { ...options, hear: (done) => (least = Math.min(least, done)) })
  expect(second?.walked).toBe(450)
  expect(second?.since).toBeInstanceOf(Date)
  expect(least).toBe(225)
  await reproject(hub.deps, { ...options, stopping: () => true })
  expect(await reproject(hub.deps, { ...options, restart: true })).toMatchObject({ walked: 450, since: null })
})

test('a day is rebuilt alone', async () => {
  const project = await hub.mint()
  await fill(hub, project, ['a'])
  const options = { project_id: project.project_id }
  expect(await reproject(hub.deps, { ...options, day: '2001-01-01' })).toMatchObject({ walked: 0 })
  expect(await reproject(hub.deps, { ...options, day: at(0).slice(0, 10) })).toMatchObject({ walked: 1 })
})

test('beside writers of the same traces nothing is lost and every counter is right', async () => {
  const project = await hub.mint()
  const ids = ['x', 'y', 'z']
  await fill(hub, project, ids)
  const [{ no }] = await sql<[{ no: number }]>`
    select project_no "no" from projects where project_id = ${project.project_id}`
  let sent = 0
  let writing = true
  const writers = ids.map(async (id) => {
    for (let round = 0; round < 40; round++) {
      const parent_span_id = round % 2 ? 'root' : `late ${round - 1}`
      const spans = [
        span(id, `late ${round}`, { parent_span_id }),
        span(id, 'child', { name: `child ${round}` }),
      ]
      await hub.tell(project, TRACES, { trace: { trace_id: id, start_time: at(0) }, spans })
      sent += 2
    }
  })
  const all = Promise.all(writers).then(() => (writing = false))
  let changed = 0
  while (writing) {
    await sql`update spans set name = 'wrong', usage_children = usage_children + 1 where project_no = ${no} and span_key = 'root'`
    const done = await reproject(hub.deps, { project_id: project.project_id })
    changed += done?.changed ?? 0
  }
  await all
  await reproject(hub.deps, { project_id: project.project_id })
  expect(sent).toBe(240)
  expect(changed).toBeGreaterThan(0)
  const [{ spans }] = await sql<
    [{ spans: number }]
  >`select count(*)::int spans from spans where project_no = ${no}`
  expect(spans).toBe(3 * (7 + 40))
  const wrong = await sql`select 1 from spans where project_no = ${no} and name = 'wrong'`
  expect(wrong.count).toBe(0)
  const findings = await verify(hub.deps, { project_id: project.project_id })
  expect(findings.faults).toEqual([])
}, 60_000)
