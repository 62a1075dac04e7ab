import { afterAll, beforeAll, expect, test } from 'bun:test'
import { jsonLog } from '../../log.ts'
import type { Sql } from '../connect.ts'
import { attachDay } from '../attach-day.ts'
import { openClient, openDatabase } from '../connect.ts'
import { migrate } from '../migrate.ts'
import { applyRoles } from './apply-roles.ts'
import { PRIVILEGES, RECORD, roleOf, SERVICES, type ServiceName } from './privileges.ts'
import { freshDatabase } from '../../testing/fresh-database.ts'
import { testPostgres } from '../../testing/postgres.ts'
import { until } from '../../testing/until.ts'
import { ROLE_PASSWORDS, urlOf } from '../../testing/role-urls.ts'

const fresh = await freshDatabase()
const clients: Partial<Record<ServiceName, Sql>> = {}

beforeAll(async () => {
  await migrate(fresh.database)
  expect(await applyRoles(fresh.database, ROLE_PASSWORDS)).toEqual([])
  for (const service of SERVICES) {
    clients[service] = openClient(urlOf(fresh.url, service), 'test', { max: 1 })
  }
})

afterAll(async () => {
  await Promise.all(Object.values(clients).map((client) => client.end({ timeout: 1 })))
  await fresh.drop()
})

const asRole = (service: ServiceName): Sql => {
  const client = clients[service]
  if (!client) throw new Error(`${service} has no client`)
  return client
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)

/** The SQLSTATE with which work was refused. */
const refusalOf = async (work: Promise<unknown>): Promise<string> => work.then(() => 'not refused', codeOf)

/** `may`, or the SQLSTATE with which the statement was refused; what it did is undone. */
async function tries(service: ServiceName, statement: string): Promise<string> {
  try {
    await asRole(service).begin(async (sql) => {
      await sql.unsafe(statement)
      throw new Error('undone')
    })
    return 'may'
  } catch (cause) {
    if (cause instanceof Error && cause.message === 'undone') return 'may'
    return codeOf(cause)
  }
}

/** A statement, and who may run it; everybody else is told 42501. */
const TABLE: [statement: string, ...may: ServiceName[]][] = [
  ['select 1 from traces', 'ingest', 'decide', 'query', 'notify'],
  ['select 1 from spans', 'ingest', 'decide', 'query'],
  ['select body from log', 'ingest', 'decide', 'query'],
  ['select 1 from evals', 'ingest', 'decide', 'query'],
  ['update traces set version = version', 'ingest', 'decide'],
  ['update log set body = null', 'ingest'],
  ['delete from traces', 'ingest'],
  ['delete from spans', 'ingest'],
  ['delete from evals', 'ingest'],
  ['truncate traces', 'ingest'],
  ['drop table spans', 'ingest'],
  ['create table intruder (a int)', 'ingest'],
  ['drop table decisions'],
  ['drop table projects'],
  ['alter table migrations add column a int'],
  ['delete from migrations'],
  ['select 1 from spans_20260101', 'ingest'],
  ['select 1 from log_20260101', 'ingest'],
  ['insert into span_events_20260101 select * from span_events where false', 'ingest', 'decide'],
  ['update projects set name = name', 'ingest'],
  ['delete from projects'],
  ['select 1 from projects for no key update', 'ingest', 'notify'],
  ['select digest from api_keys', 'ingest', 'decide', 'query', 'notify'],
  ['select sealed from api_keys', 'ingest'],
  ['update api_keys set last_used_at = now()', 'ingest', 'decide', 'query', 'notify'],
  ['update api_keys set revoked_at = null', 'ingest'],
  ['update project_settings set retention_days = 1', 'ingest'],
  ['insert into policies select * from policies where false', 'decide'],
  ['update policy_versions set active = true', 'decide'],
  ['select 1 from policies', 'decide', 'query'],
  ['delete from decisions', 'decide'],
  ['select evidence from decisions', 'ingest', 'decide', 'query', 'notify'],
  ['update decisions set evidence = null', 'ingest', 'decide'],
  ['update case_history set comment = null'],
  ['delete from case_history'],
  ['update cases set assignee = null', 'decide'],
  ['select assignee from cases', 'decide', 'query', 'notify'],
  ['select secret_sealed from subscriptions', 'notify'],
  ['delete from deliveries', 'notify'],
  ['delete from outbox', 'ingest', 'notify'],
  [
    "insert into audit (audit_id, at, actor, action) values (gen_random_uuid(), now(), '', '')",
    'ingest',
    'decide',
    'notify',
    'ui',
  ],
  ['delete from audit'],
  ['update audit set actor = actor'],
  ['select 1 from audit', 'query'],
  ['select password_hash from people', 'ui'],
  ['select name from people', 'decide', 'query', 'ui'],
  ['select digest from sessions', 'ui'],
  ['update memberships set role = role', 'ui'],
  ['select 1 from memberships', 'ingest', 'ui'],
  ['create role intruder'],
  ['set role hub_ingest', 'ingest'],
  ['alter role hub_query superuser'],
  ["copy (select 1) to program 'true'"],
]

beforeAll(async () => {
  await asRole('ingest').begin(async (sql) => attachDay(sql, '2026-01-01', '2026-01-02'))
})

test.each(TABLE)('%s', async (statement, ...may) => {
  const found: Record<string, string> = {}
  for (const service of SERVICES) found[service] = await tries(service, statement)
  const wanted = Object.fromEntries(
    SERVICES.map((service) => [service, may.includes(service) ? 'may' : '42501']),
  )
  expect(found).toEqual(wanted)
})

test('only ingest makes and drops days, also the way that waits for nobody', async () => {
  const day = (sql: Sql) => sql.begin(async (tx) => attachDay(tx, '2026-01-05', '2026-01-06'))
  for (const service of SERVICES.filter((name) => name !== 'ingest')) {
    expect(await refusalOf(day(asRole(service)))).toBe('42501')
  }
  const ingest = asRole('ingest')
  await day(ingest)
  await ingest.unsafe('alter table spans detach partition spans_20260105 concurrently')
  await ingest.unsafe('drop table spans_20260105')
  const left = await ingest`select 1 from pg_class where relname = 'spans_20260105'`
  expect(left).toHaveLength(0)
})

test('a role may nothing in a table that is not said to be its own, whatever comes to the schema', async () => {
  const tables = await fresh.database.sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname !~ '_[0-9]{8}$' order by 1`
  const said = new Set([
    ...RECORD,
    ...Object.values(PRIVILEGES).flatMap((list) => list.flatMap(([, ...names]) => names)),
  ])
  expect(tables.map(({ name }) => name).filter((name) => !said.has(name))).toEqual([])
  const rows = await fresh.database.sql<{ role: string; name: string }[]>`
    select role, relname as name from pg_class, unnest(${SERVICES.map(roleOf)}::text[]) role
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and has_table_privilege(role, pg_class.oid, 'select, insert, update, delete, truncate, references, trigger')`
  const strange = rows.filter(({ role, name }) => {
    const service = SERVICES.find((one) => roleOf(one) === role)
    const table = name.replace(/_\d{8}$/, '')
    if (!service || (service === 'ingest' && RECORD.includes(table))) return !service
    return !PRIVILEGES[service].some(([, ...names]) => names.includes(table))
  })
  expect(strange).toEqual([])
})

test('to say it again changes nothing, and gives back what somebody took or added', async () => {
  const acl = async () =>
    fresh.database.sql`select relname, relacl::text, relowner::regrole::text from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1`
  const before = await acl()
  await fresh.database.sql`grant delete on audit to hub_query`
  await fresh.database.sql`revoke select on traces from hub_query`
  expect(await applyRoles(fresh.database, ROLE_PASSWORDS)).toEqual([])
  expect(await tries('query', 'delete from audit')).toBe('42501')
  expect(await tries('query', 'select 1 from traces')).toBe('may')
  expect((await acl()).map(({ relowner, relname }) => [relname, relowner])).toEqual(
    before.map(({ relowner, relname }) => [relname, relowner]),
  )
})

test('an owner that may not make roles is told what to have run, and then hands over what is its own', async () => {
  const server = await testPostgres()
  const admin = openClient(server.url, 'admin', { max: 1 })
  await admin.unsafe(`create role owner login password 'owner'; alter schema public owner to owner`)
  const url = Object.assign(new URL(server.url), { username: 'owner', password: 'owner' }).href
  const database = openDatabase(url, jsonLog())
  for (const { name } of await admin<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`) {
    await admin.unsafe(`alter table ${name} owner to owner`)
  }
  const wanting = await applyRoles(database, ROLE_PASSWORDS)
  expect(wanting).toEqual(SERVICES.map((name) => `create role ${roleOf(name)} login password '…';`))
  for (const statement of wanting) await admin.unsafe(statement)
  expect(await refusalOf(applyRoles(database, ROLE_PASSWORDS))).toBe('42501')
  await admin.unsafe('grant hub_ingest to owner')
  expect(await applyRoles(database, ROLE_PASSWORDS)).toEqual([])
  const [table] = await database.sql`
    select pg_get_userbyid(relowner) as owner, has_table_privilege('hub_query', oid, 'delete') as may
    from pg_class where oid = 'traces'::regclass`
  expect(table).toEqual({ owner: 'hub_ingest', may: false })
  await Promise.all([database.stop(), admin.end({ timeout: 1 })])
  await server.stop()
})

test('a role that may not migrate waits for the owner, and goes on when it has', async () => {
  const empty = await freshDatabase()
  const waiting = openDatabase(urlOf(empty.url, 'query'), jsonLog())
  const told: string[] = []
  let ended = false
  const migrated = migrate(waiting, (line) => void told.push(line)).then(() => (ended = true))
  await until('it says that it waits', () => told.length > 0)
  expect(told).toEqual(['Waiting for the database to be migrated by its owner'])
  await migrate(empty.database)
  expect(ended).toBe(false)
  await applyRoles(empty.database, ROLE_PASSWORDS)
  expect(await migrated).toBe(true)
  await waiting.stop()
  await empty.drop()
})
