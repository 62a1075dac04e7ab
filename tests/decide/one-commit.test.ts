import { afterAll, expect, test } from 'bun:test'
import { openHub } from './open-hub.ts'

const hub = await openHub()
afterAll(hub.stop)
const { ask, mint, sql } = hub

const ESCALATES = {
  rules: [{ when: {}, then: { action: 'ESCALATE', reason_code: 'ALWAYS', severity: 'high' } }],
}

test('W-20: decision, record, trace, case and what the outside is told are one transaction', async () => {
  const project = await mint()
  await hub.activate(project, ESCALATES)
  await ask(project, { input: 'a', output: 'b' })
  const no = await hub.numberOf(project)
  const written = await sql<{ name: string; tx: string }[]>`
    select 'decisions' as name, xmin::text as tx from decisions where project_no = ${no}
    union all select 'judge_runs', xmin::text from judge_runs where project_no = ${no}
    union all select 'log', xmin::text from log where project_no = ${no}
    union all select 'traces', xmin::text from traces where project_no = ${no}
    union all select 'spans', xmin::text from spans where project_no = ${no}
    union all select 'cases', xmin::text from cases where project_no = ${no}
    union all select 'outbox', xmin::text from outbox where project_no = ${no} and event <> 'policy.activated'`
  const names = new Set(written.map(({ name }) => name))
  expect([...names].toSorted()).toEqual([
    'cases',
    'decisions',
    'judge_runs',
    'log',
    'outbox',
    'spans',
    'traces',
  ])
  expect(new Set(written.map(({ tx }) => tx)).size).toBe(1)
})

/** The database refuses the cases of one project, as it would on a full disk. */
async function withoutCases<T>(project_no: number, run: () => Promise<T>): Promise<T> {
  await sql`
    create function full_disk() returns trigger language plpgsql as $$
      begin
        if new.project_no = tg_argv[0]::integer then raise 'no space left' using errcode = '53100'; end if;
        return new;
      end $$`
  const name = sql(String(project_no))
  try {
    await sql`create trigger full_disk before insert on cases for each row execute function full_disk(${name})`
    return await run()
  } finally {
    await sql`drop function full_disk cascade`
  }
}

test('W-20: where the case cannot be opened, nothing was decided, and the repeat decides', async () => {
  const project = await mint()
  await hub.activate(project, ESCALATES)
  const before = await hub.countRows(project)
  const body = { idempotency_key: 'whole', input: 'a', output: 'b' }
  const refused = await withoutCases(await hub.numberOf(project), async () => ask(project, body))
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(await hub.countRows(project)).toEqual(before)
  expect((await ask(project, body)).decision['action']).toBe('ESCALATE')
  expect(await hub.countRows(project)).toMatchObject({ decisions: 1, cases: 1 })
})
