import { afterAll, expect, test } from 'bun:test'
import zlib from 'node:zlib'
import type { TestProject } from '#shared/testing/project.ts'
import { erase, resumeErasures } from '../../ingest/upkeep/erase.ts'
import { reproject } from '../../ingest/upkeep/reproject.ts'
import { verify } from '../../ingest/upkeep/verify.ts'
import { fill } from './fill.ts'
import { at, EVALS, event, key, openHub, RUNS, span, SPANS, TRACES } from './open-hub.ts'
import { placesOf } from './search.ts'

const hub = await openHub()
afterAll(hub.stop)
const { sql } = hub

/** A text that stands nowhere else; Korean, so that escapes and bytes are tried too. */
const secret = () => `비밀 ${crypto.randomUUID()}`

const eraseTrace = ({ project_id }: TestProject, trace_id: string) =>
  erase(hub.deps, { project_id, trace_id, actor: 'operator' })

/** Everything that the API shows of a trace, payloads included. */
async function shown(project: TestProject, id: string) {
  const { status, json } = await hub.send(project, 'GET', `/api/v1/traces/${id}`)
  if (status !== 200) return null
  return json
}

const faultsOf = async ({ project_id }: TestProject) => (await verify(hub.deps, { project_id })).faults

test('nothing of an erased trace is in any table or body, and its neighbours are the same to the byte', async () => {
  const project = await hub.mint()
  const words = secret()
  await fill(hub, project, [`a ${words}`, 'b', 'c'])
  const before = [await shown(project, 'b'), await shown(project, 'c')]
  await sql`analyze`
  expect(await placesOf(sql, words)).toContain('log.body')
  expect((await placesOf(sql, words)).join()).toContain('pg_stats.traces.')
  expect(await placesOf(sql, words)).toContain('traces.input_preview')
  const erased = await eraseTrace(project, `a ${words}`)
  expect(erased).toMatchObject({ traces: 1, spans: 7, unreadable: 0 })
  // The id of what was erased is all that the audit keeps.
  expect(await placesOf(sql, words)).toEqual(['audit.subject'])
  await sql`delete from audit where action = 'trace.erased' and position(${words} in subject) > 0`
  expect(await placesOf(sql, words)).toEqual([])
  expect([await shown(project, 'b'), await shown(project, 'c')]).toEqual(before)
  expect(await shown(project, `a ${words}`)).toBeNull()
  expect(await faultsOf(project)).toEqual([])
  expect(await reproject(hub.deps, { project_id: project.project_id })).toMatchObject({
    changed: 0,
    incomplete: 0,
  })
})

test('what was refused, repeated or in conflict is erased as well, wherever it came with', async () => {
  const project = await hub.mint()
  const words = secret()
  const trace = { trace_id: 'gone', start_time: at(0), input_text: `header ${words}` }
  const good = span('gone', 's', { input: `span ${words}` })
  await hub.tell(project, TRACES, { trace, spans: [good, { span_id: 'refused', note: words }] })
  const stay = event('stays', 's', 'SPAN_ENDED', 2, { output: 'stays' })
  const told = event('gone', 'x', 'LOG', 2, { message: words })
  await hub.tell(project, SPANS, { events: [told] })
  // A repeat, a conflict, an item without a time, one that names nobody, and a member that no protocol knows.
  const events = [
    told,
    stay,
    { ...told, payload: { message: `other ${words}` } },
    { ...told, event_time: 'soon', idempotency_key: key() },
    { payload: words },
  ]
  await hub.tell(project, SPANS, { events, note: words })
  const other = { trace_id: 'stays', start_time: at(0) }
  await hub.tell(project, TRACES, { trace: other, spans: [span('stays', 't', { output: 'ok' }), good] })
  const before = await shown(project, 'stays')
  await eraseTrace(project, 'gone')
  expect(await placesOf(sql, words)).toEqual([])
  expect(await shown(project, 'stays')).toEqual(before)
  expect(await faultsOf(project)).toEqual([])
})

test('the other entries of a body keep their bytes and their positions, and its revision rises', async () => {
  const project = await hub.mint()
  const [first, last] = [event('stays', 'a', 'SPAN_ENDED', 1), event('stays', 'b', 'SPAN_ENDED', 2)]
  const odd = JSON.stringify(last).replace(
    '"payload":{}',
    '"payload" : {"number":1.50e3, "korean":"\\ud658\\ubd88"}',
  )
  const body = `{"events":[${JSON.stringify(first)}, ${JSON.stringify(event('gone', 's', 'LOG', 1))}, ${odd}]}`
  const response = await hub.api.request('POST', SPANS, { key: project.key, body })
  expect(response.status).toBe(200)
  await eraseTrace(project, 'gone')
  const [row] = await sql<{ body: Uint8Array; revision: number; erased: number; stored: number }[]>`
    select body, revision, erased, stored from log join projects using (project_no)
    where project_id = ${project.project_id}`
  const text = zlib.zstdDecompressSync(row?.body ?? new Uint8Array()).toString()
  expect(text).toBe(`{"events":[${JSON.stringify(first)},null,${odd}]}`)
  expect(row).toMatchObject({ revision: 1, erased: 1, stored: 3 })
})

test('a body with nothing left is gone, the numbers of its request stay', async () => {
  const project = await hub.mint()
  await hub.tell(project, TRACES, { trace: { trace_id: 't', start_time: at(0) }, spans: [span('t', 's')] })
  await eraseTrace(project, 't')
  const rows = await sql`
    select body, revision, received, stored, erased from log join projects using (project_no)
    where project_id = ${project.project_id}`
  expect([...rows]).toEqual([{ body: null, revision: 1, received: 1, stored: 1, erased: 1 }])
})

test('an evaluation that names a span alone goes with the trace of the span', async () => {
  const project = await hub.mint()
  const words = secret()
  for (const id of ['t', 'u']) {
    await hub.tell(project, TRACES, {
      trace: { trace_id: id, start_time: at(0) },
      spans: [span(id, `s of ${id}`)],
    })
    const said = { eval_name: 'e', eval_model: 'm', score: 1, passed: true, idempotency_key: key() }
    await hub.tell(project, EVALS, {
      ...said,
      span_id: `s of ${id}`,
      explanation: id === 't' ? words : 'stays',
    })
  }
  await eraseTrace(project, 't')
  expect(await placesOf(sql, words)).toEqual([])
  const evals =
    await sql`select explanation from evals join projects using (project_no) where project_id = ${project.project_id}`
  expect([...evals]).toEqual([{ explanation: 'stays' }])
  expect(await faultsOf(project)).toEqual([])
})

test('all traces of a user are erased, and the audit does not name the user', async () => {
  const project = await hub.mint()
  const user = secret()
  for (const id of ['one', 'two', 'three']) {
    const user_id = id === 'three' ? 'somebody else' : user
    await hub.tell(project, TRACES, {
      trace: { trace_id: id, start_time: at(0), user_id },
      spans: [span(id, 's')],
    })
  }
  const erased = await erase(hub.deps, { project_id: project.project_id, user_id: user, actor: 'operator' })
  expect(erased).toEqual({ traces: 2, spans: 2, bodies: 2, unreadable: 0 })
  expect(await placesOf(sql, user)).toEqual([])
  expect(await shown(project, 'three')).not.toBeNull()
  const [row] = await sql<{ action: string; subject: string; detail: unknown; actor: string }[]>`
    select action, subject, detail, actor from audit join projects using (project_no)
    where project_id = ${project.project_id} and action like '%erased'`
  expect(row).toMatchObject({
    action: 'user.erased',
    actor: 'operator',
    detail: { traces: 2, spans: 2, bodies: 2 },
  })
  expect(row?.subject).toMatch(/^hmac [0-9a-f]{32}$/)
})

test('a trace that was sent with the user and then with another is erased too, and no byte of the name stays', async () => {
  const project = await hub.mint()
  const user = secret()
  const header = (trace_id: string, user_id: string, seconds: number) => ({
    trace: { trace_id, start_time: at(0), end_time: at(seconds), user_id },
    spans: [],
  })
  // The later end wins the trace's name; in a run the same.
  for (const body of [
    header('lost', user, 1),
    header('lost', 'the winner', 2),
    header('stays', 'the winner', 2),
  ])
    await hub.tell(project, TRACES, body)
  const run = { trace_id: 'run', run_id: 'r', graph_name: 'g', start_time: at(0), nodes: [] }
  await hub.tell(project, RUNS, { ...run, user_id: user })
  await hub.tell(project, TRACES, header('run', 'the winner', 9))
  const names = await sql<{ user_id: string }[]>`
    select distinct user_id from traces join projects using (project_no) where project_id = ${project.project_id}`
  expect([...names]).toEqual([{ user_id: 'the winner' }])
  expect(await placesOf(sql, user)).toEqual(['log.body'])
  const stays = await shown(project, 'stays')
  const erased = await erase(hub.deps, { project_id: project.project_id, user_id: user, actor: 'operator' })
  expect(erased).toMatchObject({ traces: 2, unreadable: 0 })
  expect(await placesOf(sql, user)).toEqual([])
  expect([await shown(project, 'lost'), await shown(project, 'run')]).toEqual([null, null])
  expect(await shown(project, 'stays')).toEqual(stays)
  expect(await faultsOf(project)).toEqual([])
})

test('the trace of another project with the same id is not touched', async () => {
  const [mine, other] = [await hub.mint(), await hub.mint()]
  for (const project of [mine, other]) await fill(hub, project, ['same'])
  const before = await shown(other, 'same')
  await eraseTrace(mine, 'same')
  expect(await shown(other, 'same')).toEqual(before)
  expect(await shown(mine, 'same')).toBeNull()
})

test('what is not there is erased without harm, and an unknown project is said so', async () => {
  const project = await hub.mint()
  expect(await eraseTrace(project, 'never')).toEqual({ traces: 0, spans: 0, bodies: 0, unreadable: 0 })
  const asked = { project_id: crypto.randomUUID(), trace_id: 't', actor: 'operator' }
  expect(erase(hub.deps, asked)).rejects.toThrow('project not found')
})

test('what was erased may be sent anew, and is a new trace', async () => {
  const project = await hub.mint()
  const body = { trace: { trace_id: 't', start_time: at(0) }, spans: [span('t', 's')] }
  await hub.tell(project, TRACES, body)
  await eraseTrace(project, 't')
  expect(await hub.tell(project, TRACES, body)).toMatchObject({ accepted: 1, duplicates: 0 })
  expect(await hub.tell(project, TRACES, body)).toMatchObject({ accepted: 0, duplicates: 1 })
  expect(await faultsOf(project)).toEqual([])
})

test('an erasure that was cut off is finished by the next process, rows and bodies, each once', async () => {
  const project = await hub.mint()
  const words = secret()
  const user_id = 'cut off'
  const ids = Array.from({ length: 50 }, (_, index) => `t ${index}`)
  for (const id of ids) {
    const trace = { trace_id: id, start_time: at(0), user_id, input_text: words }
    await hub.tell(project, TRACES, { trace, spans: [span(id, 's')] })
  }
  const asked = { project_id: project.project_id, user_id, actor: 'operator' }
  const cut = (what: string, done: number) => {
    if (what === 'traces' && done >= 20) throw new Error('killed')
  }
  expect(erase(hub.deps, asked, cut)).rejects.toThrow('killed')
  await Bun.sleep(200)
  const left = async () => {
    const [row] = await sql<[{ traces: number }]>`
      select count(*)::int traces from traces join projects using (project_no) where project_id = ${project.project_id}`
    return row.traces
  }
  expect(await left()).toBe(30)
  // In between, what is going is not reported as lost.
  expect(await faultsOf(project)).toEqual([])
  await resumeErasures(hub.deps)
  expect(await left()).toBe(0)
  expect(await placesOf(sql, words)).toEqual([])
  const audit = await sql`
    select detail from audit join projects using (project_no)
    where project_id = ${project.project_id} and action = 'user.erased'`
  expect([...audit]).toEqual([{ detail: { traces: 50, spans: 50, bodies: 50, unreadable: 0 } }])
  expect((await sql`select 1 from erasures`).count).toBe(0)
})

test('a body that cannot be read is reported and keeps nothing else from being erased', async () => {
  const project = await hub.mint()
  const words = secret()
  for (const id of ['t', 'u']) {
    await hub.tell(project, TRACES, {
      trace: { trace_id: id, start_time: at(0), input_text: words },
      spans: [span(id, 's')],
    })
  }
  await sql`
    update log l set body = 'broken' from projects p where p.project_no = l.project_no
      and p.project_id = ${project.project_id} and l.log_id = (select min(log_id::text)::uuid from log x where x.project_no = p.project_no)`
  expect(await eraseTrace(project, 'u')).toEqual({ traces: 1, spans: 1, bodies: 1, unreadable: 1 })
  const places = (await placesOf(sql, words)).filter((place) => !place.startsWith('pg_stats.'))
  expect(places).toEqual(['traces.input_preview'])
})

test('while lanes write into the same trace, each answer stays true: erased or there, never half', async () => {
  const project = await hub.mint()
  await fill(hub, project, ['hot', 'calm'])
  const calm = await shown(project, 'calm')
  let writing = true
  let accepted = 0
  const writers = [0, 1, 2].map(async (writer) => {
    for (let round = 0; round < 30; round++) {
      const id = `w${writer} ${round}`
      const events = [event('hot', id, 'SPAN_STARTED', 1), event(`own ${writer}`, id, 'SPAN_ENDED', 2)]
      const answers = [
        await hub.tell(project, SPANS, { events }),
        await hub.tell(project, TRACES, {
          trace: { trace_id: 'hot', start_time: at(0) },
          spans: [span('hot', `${id} b`)],
        }),
        await hub.tell(project, RUNS, {
          trace_id: 'hot',
          run_id: 'r',
          graph_name: 'g',
          start_time: at(0),
          nodes: [],
        }),
      ]
      for (const answer of answers) accepted += Number(answer['accepted'])
    }
  })
  const all = Promise.all(writers).then(() => (writing = false))
  let erasures = 0
  while (writing) {
    await eraseTrace(project, 'hot')
    erasures++
  }
  await all
  expect([accepted, erasures > 2]).toEqual([270, true])
  expect(await faultsOf(project)).toEqual([])
  expect(await shown(project, 'calm')).toEqual(calm)
  const [own] = await sql<[{ spans: number }]>`
    select sum(total_spans)::int spans from traces join projects using (project_no)
    where project_id = ${project.project_id} and trace_key like 'own %'`
  expect(own.spans).toBe(90)
  await eraseTrace(project, 'hot')
  expect(await shown(project, 'hot')).toBeNull()
  expect(await faultsOf(project)).toEqual([])
  expect(hub.deps.logged.filter((line) => line.includes('"error"'))).toEqual([])
}, 120_000)
