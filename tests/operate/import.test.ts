import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { migrate } from '#shared/store/migrate.ts'
import { bytesOf } from '#shared/store/read-documents.ts'
import { applyRoles } from '#shared/store/roles/apply-roles.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { ROLE_PASSWORDS, urlOf } from '#shared/testing/role-urls.ts'
import { until } from '#shared/testing/until.ts'
import { DECISION_STEPS } from '../../decide/import/steps.ts'
import { runCommand } from '../../ingest/upkeep/run-command.ts'
import { decided } from './decided.ts'
import { at, fresh, sha256 } from './mvp.ts'
import { countsOf, openImport, type Json } from './open-import.ts'

const { hub, mvp, run, ask, rowsOf, expectClean, stop } = await openImport()
afterAll(stop)

test('a project comes with its id, name and key: what apps have in their environment goes on working', async () => {
  const old = await mvp()
  const key = `proj_${fresh()}`
  const project = await old.project({ name: 'shop', api_key_hash: sha256(key), current_api_key: key })
  const trace = await old.trace(project, { input_text: 'where is my order?', user_id: 'u-1' })
  const { code, text } = await run('import', '--from', old.url)
  expect(code).toBe(0)
  expect(countsOf(text, 'projects')).toEqual([1, 1, 0, 0])
  const answer = await hub.api.request('GET', `/api/v1/traces/${trace}`, { key })
  expect(await answer.json()).toMatchObject({ trace: { id: trace, project_id: project, user_id: 'u-1' } })
  const current = await hub.api.request('GET', `/api/v1/projects/${project}/current-key`, { key: 'dev-key' })
  expect(await current.json()).toMatchObject({ api_key: key, key_activated: true })
  expect(text).not.toContain(key)
})

test('a key that everybody knows, or a hash that is none, stays behind and is named with what to do', async () => {
  const old = await mvp()
  const seeded = await old.project({
    name: 'Demo Project',
    api_key_hash: sha256('dev-key'),
    key_activated: false,
  })
  const odd = await old.project({ name: 'odd', api_key_hash: 'not a hash' })
  const { text } = await run('import', '--from', old.url)
  expect(countsOf(text, 'projects')).toEqual([2, 2, 0, 0])
  expect(text).toContain(`POST /api/v1/projects/${seeded}/rotate-key`)
  expect(text).toContain(`POST /api/v1/projects/${odd}/rotate-key`)
  expect((await rowsOf([seeded, odd]))['api_keys']).toBe(0)
  const rotated = await hub.api.request('POST', `/api/v1/projects/${seeded}/rotate-key`, { key: 'dev-key' })
  expect(rotated.status).toBe(200)
})

test('spans that the MVP never closed are closed by their own events, and nodes have their edges back', async () => {
  const old = await mvp()
  const project = await old.project()
  const trace = await old.trace(project, {
    ...{ external_trace_id: 'run-1', status: 'success', end_time: at(9) },
    attributes: { framework: 'langgraph', graph_name: 'router', tags: ['blue'] },
  })
  const node = (node_id: string, parent: string | null) => ({
    ...{ name: node_id, span_type: 'langgraph_node', parent_span_id: parent },
    attributes: {
      graph_name: 'router',
      node_id,
      node_name: node_id,
      node_type: 'tool',
      input_state: { q: node_id },
    },
  })
  const first = await old.span(project, trace, node('first', null))
  const second = await old.span(project, trace, node('second', first))
  for (const [span, node_id, parent] of [
    [first, 'first', null],
    [second, 'second', first],
  ] as const) {
    const { attributes, ...more } = node(node_id, parent)
    const begun = { event_type: 'SPAN_STARTED', event_time: at(1), payload: { ...more, attributes } }
    await old.event(project, trace, { span_id: span, ...begun })
    const usage = { token_usage: { prompt_tokens: 10, completion_tokens: 2 } }
    await old.event(project, trace, {
      span_id: span,
      event_type: 'EVENT',
      payload: { output_state: usage, ...usage },
    })
    const ended = { event_type: 'SPAN_ENDED', event_time: at(3), payload: { status: 'success' } }
    await old.event(project, trace, { span_id: span, ...ended })
  }
  await run('import', '--from', old.url)
  const found = await ask(project, `/api/v1/traces/${trace}`)
  expect(found).toMatchObject({
    trace: { status: 'success', has_open_spans: false, total_spans: 2, ended_spans: 2, completion_rate: 1 },
  })
  expect(found['trace']).toMatchObject({ input_tokens: 20, output_tokens: 4, tags: ['blue'], name: 'router' })
  const graph = await ask(project, `/api/v1/traces/${trace}/graph`)
  expect(graph['edges']).toMatchObject([{ from: 'first', to: 'second' }])
  const timeline = (found['timeline'] as { event_type: string }[]).map(({ event_type }) => event_type)
  expect(timeline.filter((type) => type === 'SPAN_ENDED')).toHaveLength(2)
  await expectClean(project)
})

test('what was never ended stays open and reads as stale; times, numbers and texts are as they stood', async () => {
  const old = await mvp()
  const project = await old.project()
  const start_time = at(0).replace('.000Z', '.123456Z')
  const trace = await old.trace(project, { start_time, output_text: 'ok' })
  await old.sql`
    update traces set attributes = '{"big": 9007199254740993, "exact": 1.10}' where id = ${trace}`
  await old.span(project, trace, { name: 'root', span_type: 'root' })
  await run('import', '--from', old.url)
  const found = await ask(project, `/api/v1/traces/${trace}`)
  expect(found['trace']).toMatchObject({
    status: 'running',
    end_time: null,
    has_open_spans: true,
    output_text: 'ok',
  })
  expect(found['trace']).toMatchObject({ start_time, attributes: { big: '9007199254740993', exact: 1.1 } })
  const [body] = await hub.sql<{ log_id: string; protocol: number; encoding: number; body: Uint8Array }[]>`
    select log_id, protocol, encoding, body from log join projects using (project_no) where project_id = ${project}`
  expect(body && Buffer.from(bytesOf(body)).toString()).toContain('"big":9007199254740993,"exact":1.10')
})

test('what a door would not take is settled or refused by name, and every row is counted', async () => {
  const old = await mvp()
  const [project, other] = [await old.project(), await old.project()]
  const trace = await old.trace(project, { status: 'weird', end_time: at(4), attributes: null })
  const early = await old.trace(project, { start_time: '0001-01-01T00:00:00Z' })
  const lost = await old.span(project, early)
  const span = await old.span(project, trace, {
    status: 'weird',
    end_time: at(3),
    attributes: [1],
    error: 'boom',
  })
  const stolen = await old.span(other, trace)
  const amended = { patch: { status: 'odd', attributes: { a: 1 }, name: 'ignored' } }
  await old.event(project, trace, { span_id: span, event_type: 'AMENDMENT', payload: amended })
  await old.event(project, trace, { span_id: span, idempotency_key: '' })
  const unknown = await old.event(project, trace, { span_id: span, event_type: 'SHOUT' })
  const elsewhere = await old.event(other, trace)
  const by_span = await old.evaluation(project, {
    span_id: span,
    created_at: at(77),
    user_review_passed: true,
  })
  const nan = await old.evaluation(project, { trace_id: trace })
  await old.sql`update evaluations set score = 'NaN' where id = ${nan}`
  const { code, text } = await run('import', '--from', old.url)
  expect(code).toBe(0)
  expect(countsOf(text, 'traces')).toEqual([2, 1, 0, 1])
  expect(countsOf(text, 'spans')).toEqual([3, 1, 0, 2])
  expect(countsOf(text, 'span_events')).toEqual([4, 2, 0, 2])
  expect(countsOf(text, 'evaluations')).toEqual([2, 1, 0, 1])
  expect(text).toContain('1 amendments of more than attributes and status: the rest kept as mvp_patch')
  expect(text).toMatch(new RegExp(`traces ${early}: trace.start_time: .*RFC 3339`))
  expect(text).toContain(`spans ${lost}: its trace was not brought over`)
  expect(text).toContain(`spans ${stolen}: its trace is of another project`)
  expect(text).toMatch(new RegExp(`span_events ${unknown}: .*event_type`))
  expect(text).toContain(`span_events ${elsewhere}: its trace is of another project`)
  expect(text).toMatch(new RegExp(`evaluations ${nan}: score`))
  const found = await ask(project, `/api/v1/traces/${trace}`)
  expect(found['trace']).toMatchObject({ attributes: { mvp_status: 'weird' }, user_review_passed: true })
  expect(found['spans']).toMatchObject([
    {
      id: span,
      status: 'error',
      error: 'boom',
      attributes: { a: 1, mvp_status: 'weird', mvp_attributes: [1] },
    },
  ])
  expect(found['evaluations']).toMatchObject([{ span_id: span, created_at: at(77) }])
  expect((await rowsOf([other]))['traces']).toBe(0)
  expect(by_span).not.toBe(nan)
  await expectClean(project)
})

test('run twice is run once; what the MVP took meanwhile comes with the second run', async () => {
  const old = await mvp()
  const { project, trace, decisions } = await decided(old)
  await old.put('cases', {
    project_id: project,
    trace_id: trace,
    reason_code: 'PII_DETECTED',
    status: 'open',
  })
  await old.evaluation(project, { trace_id: trace })
  await old.event(project, trace)
  const live = await old.trace(project, { start_time: at(200) })
  const span = await old.span(project, live)
  expect((await run('import', '--from', old.url)).code).toBe(0)
  const once = await rowsOf([project])
  const again = await run('import', '--from', old.url)
  expect(await rowsOf([project])).toEqual(once)
  for (const table of [
    'projects',
    'traces',
    'spans',
    'span_events',
    'evaluations',
    'policies',
    'trace_decisions',
  ])
    expect([table, countsOf(again.text, table)[1]]).toEqual([table, 0])
  expect(decisions).toHaveLength(2)
  await old.sql`update spans set end_time = ${at(210)}, status = 'success' where id = ${span}`
  await old.sql`update traces set end_time = ${at(210)}, status = 'success' where id = ${live}`
  const later = await old.span(project, live, { end_time: at(205), status: 'success' })
  expect(countsOf((await run('import', '--from', old.url)).text, 'spans')).toEqual([4, 2, 2, 0])
  const found = await ask(project, `/api/v1/traces/${live}`)
  expect(found['trace']).toMatchObject({
    status: 'success',
    end_time: at(210),
    total_spans: 2,
    ended_spans: 2,
  })
  expect((found['spans'] as Json[]).map(({ id }) => String(id)).toSorted()).toEqual([span, later].toSorted())
  await expectClean(project)
})

test('what a client sends again after the move is told to be a repeat, and not stored twice', async () => {
  const old = await mvp()
  const key = `proj_${fresh()}`
  const project = await old.project({ api_key_hash: sha256(key) })
  const trace = await old.trace(project)
  const event = {
    event_type: 'LOG',
    event_time: at(2),
    payload: { message: 'once' },
    idempotency_key: 'log-1',
  }
  await old.event(project, trace, event)
  await run('import', '--from', old.url)
  const body = { events: [{ trace_id: trace, ...event }] }
  const again = await hub.api.request('POST', '/api/v1/ingest/spans', { key, body })
  expect(await again.json()).toMatchObject({ ingested_events: 0 })
  const { timeline } = await ask(project, `/api/v1/traces/${trace}`)
  expect((timeline as Json[]).filter(({ event_type }) => event_type === 'LOG')).toHaveLength(1)
})

test('with --project one project comes, and the audit says who brought what', async () => {
  const old = await mvp()
  const [mine, theirs] = [await old.project(), await old.project()]
  await old.trace(mine)
  await old.trace(theirs)
  const { text } = await run('import', '--from', old.url, '--project', mine)
  expect(countsOf(text, 'projects')).toEqual([1, 1, 0, 0])
  expect(await hub.sql`select from projects where project_id = ${theirs}`).toHaveLength(0)
  const place = new URL(old.url).pathname
  const [row] = await hub.sql<{ actor: string; detail: Json }[]>`
    select actor, detail from audit where action = 'record.imported' and subject like ${`%${place}`}`
  expect(row).toEqual({ actor: 'operator', detail: { added: 2, there: 0, refused: 0 } })
  expect(await run('import', '--from', old.url, '--project', fresh())).toMatchObject({ code: 1 })
})

test('it needs nothing but to read, and says in one line what it cannot read, without the password', async () => {
  const old = await mvp()
  const project = await old.project()
  const trace = await old.trace(project)
  const [role, password] = [`reader_${fresh().replaceAll('-', '')}`, `pw${fresh()}`]
  await old.sql.begin(async (tx) => {
    await tx`select set_config('t.role', ${role}, true), set_config('t.password', ${password}, true)`
    await tx`do $$ begin
      execute format('create role %I login password %L', current_setting('t.role'), current_setting('t.password'));
    end $$`
    await tx`grant select on all tables in schema public to ${tx(role)}`
  })
  const url = new URL(old.url)
  url.username = role
  url.password = password
  expect((await run('import', '--from', url.href)).code).toBe(0)
  expect(await ask(project, `/api/v1/traces/${trace}`)).toMatchObject({ trace: { id: trace } })
  url.password = `no${fresh()}`
  const refused = await run('import', '--from', url.href)
  expect([refused.code, refused.text.trim().split('\n').length]).toEqual([1, 1])
  expect(refused.text).toContain('cannot be read')
  expect(refused.text).not.toContain(url.password)
  const own = await run('import', '--from', hub.deps.config.database_url ?? '')
  expect(own).toMatchObject({ code: 1 })
  expect(own.text).toContain('is no database of the MVP')
  const odd = await run('import', '--from', `mysql://u:${password}@h/d`)
  expect(odd.text).not.toContain(password)
  await old.sql`drop owned by ${old.sql(role)}`
  await old.sql`drop role ${old.sql(role)}`
})

test('what one request could not hold is refused by name, and its neighbours come', async () => {
  const old = await mvp()
  const project = await old.project()
  const [small, huge] = [await old.trace(project), await old.trace(project)]
  const span = await old.span(project, huge)
  await old.sql`update traces set input_text = repeat('x', 17 * 1024 * 1024) where id = ${huge}`
  const { text } = await run('import', '--from', old.url)
  expect(text).toContain(`traces ${huge}: it is larger than 16 MB`)
  expect(text).toContain(`spans ${span}: its trace was not brought over`)
  expect(await ask(project, `/api/v1/traces/${small}`)).toMatchObject({ trace: { id: small } })
})

test('a trace of more spans than a request takes comes as several, which say its texts once', async () => {
  const old = await mvp()
  const project = await old.project()
  const trace = await old.trace(project, { input_text: 'said once', status: 'success', end_time: at(9) })
  await old.sql`
    insert into spans
    select gen_random_uuid(), ${project}, ${trace}, null, 'step', 'task', 'success', ${at(1)}::text::timestamptz,
      ${at(2)}::text::timestamptz, null, '{}', 'span-' || n, now() from generate_series(1, 1100) n`
  await run('import', '--from', old.url)
  expect(await ask(project, `/api/v1/traces/${trace}?spans=none`)).toMatchObject({
    trace: {
      total_spans: 1100,
      ended_spans: 1100,
      status: 'success',
      end_time: at(9),
      input_text: 'said once',
    },
  })
  const bodies = await hub.sql<{ log_id: string; protocol: number; encoding: number; body: Uint8Array }[]>`
    select log_id, protocol, encoding, body from log join projects using (project_no) where project_id = ${project}`
  const texts = bodies.map((body) => Buffer.from(bytesOf(body)).toString())
  expect([texts.length, texts.filter((text) => text.includes('said once')).length]).toEqual([3, 1])
  await expectClean(project)
})

test('what the project hides is hidden in what comes over', async () => {
  const old = await mvp()
  const project = await old.project()
  await run('import', '--from', old.url)
  const masking = { detectors: ['email'], keys: ['token'] }
  await ask(project, `/api/v1/projects/${project}/settings`, 'PUT', { retention_days: null, masking })
  const trace = await old.trace(project, { input_text: 'I am kim@example.com', attributes: { token: 'abc' } })
  await old.decision(project, trace, { rationale: 'says kim@example.com' })
  await run('import', '--from', old.url)
  const found = await ask(project, `/api/v1/traces/${trace}`)
  expect(found).toMatchObject({
    trace: { input_text: 'I am [masked:email]', attributes: { token: '[masked:key]' } },
    decision_history: [{ rationale: 'says [masked:email]' }],
  })
  expect(JSON.stringify(found)).not.toContain('kim@')
})

const HOUSE = join(import.meta.dir, '../..')

/** The command in a process of its own, over the hub's database. */
const spawnImport = (from: string) =>
  Bun.spawn([process.execPath, 'hub.ts', 'import', '--from', from], {
    cwd: HOUSE,
    env: {
      ...process.env,
      DATABASE_URL: hub.deps.config.database_url,
      HUB_DATA_DIR: hub.deps.config.data_dir,
    },
    stdio: ['ignore', 'ignore', 'ignore'],
  })

test('killed in the middle it goes on where it was, and nothing is lost or doubled', async () => {
  const old = await mvp()
  const project = await old.project()
  await old.sql`
    insert into traces
    select gen_random_uuid(), ${project}, null, 'success', ${at(0)}::text::timestamptz + n * interval '1 s',
      ${at(1)}::text::timestamptz + n * interval '1 s', '{}', 'm', null, 'u', 's', 'in ' || n, 'out', false, 0, 0, 1, null,
      null, now()
    from generate_series(1, 800) n`
  await old.sql`
    insert into spans
    select gen_random_uuid(), project_id, id, null, 'step', 'task', 'running', start_time, null, null, '{}', 'span-' || id,
      now() from traces`
  await old.sql`
    insert into span_events
    select gen_random_uuid(), project_id, trace_id, id, 'SPAN_ENDED', start_time, '{"status":"success"}', 'end-' || id, now()
    from spans`
  const child = spawnImport(old.url)
  const place = async () => {
    const [row] = await hub.sql<{ table: string; walked: string }[]>`
      select place ->> 'table' as table, walked from upkeep_cursors where job like ${`import %${new URL(old.url).pathname}%`}`
    return row
  }
  await until('some traces came', async () => Number((await place())?.walked ?? 0) > 100)
  child.kill('SIGKILL')
  await child.exited
  const held = await place()
  expect(held).toMatchObject({ table: 'traces' })
  expect(Number(held?.walked)).toBeLessThan(800)
  const { code, text } = await run('import', '--from', old.url)
  expect(code).toBe(0)
  expect(text).toContain('Went on with the run of ')
  expect(countsOf(text, 'traces')[0]).toBe(800)
  const rows = await rowsOf([project])
  expect(rows).toMatchObject({ traces: 800, spans: 800, span_events: 800 })
  const [open] = await hub.sql<{ n: number }[]>`
    select count(*)::int n from spans join projects using (project_no)
    where project_id = ${project} and end_time is null`
  expect(open?.n).toBe(0)
  expect(await place()).toBeUndefined()
  await expectClean(project)
}, 60_000)

test('under roles of the services the owner brings it over, the day belongs to ingest, and no service may', async () => {
  const old = await mvp()
  const project = await old.project()
  const trace = await old.trace(project)
  await old.span(project, trace, { end_time: at(3), status: 'success' })
  const target = await freshDatabase()
  await migrate(target.database)
  await applyRoles(target.database, ROLE_PASSWORDS)
  const owner = await testDeps(target.url)
  const [ingest, text] = [await testDeps(urlOf(target.url, 'ingest')), [] as string[]]
  const terminal = { write: (more: string) => void text.push(more), is_tty: false }
  const command = async (deps: typeof owner) =>
    runCommand(['import', '--from', old.url], () => Promise.resolve(deps), terminal, DECISION_STEPS)
  expect(await command(ingest)).toBe(1)
  expect(text.join('')).toMatch(
    /^The role hub_ingest may not write policies, .* with the DATABASE_URL of \w+,/,
  )
  expect(await command(owner)).toBe(0)
  const leaves = await target.database.sql<{ holder: string; n: number }[]>`
    select pg_get_userbyid(relowner) as holder, count(*)::int as n from pg_class
    where relkind = 'r' and relname ~ '^(log|spans|span_events)_[0-9]{8}$' group by 1`
  expect(leaves).toMatchObject([{ holder: 'hub_ingest' }])
  await owner.stop()
  await ingest.stop()
  await target.drop()
})
