import type { Database, Transaction } from '../connect.ts'
import { PRIVILEGES, RECORD, roleOf, SERVICES, type ServiceName } from './privileges.ts'

/** The passwords that the roles are given; a role without one keeps what it has. */
export type Passwords = Record<ServiceName, string | undefined>

type Server = { schema: string; database: string; version: number; may_create: boolean }
type Table = { name: string; owner: string; is_record: boolean; is_leaf: boolean }

const TRIES = 3

async function readServer(sql: Transaction): Promise<Server> {
  const [server] = await sql<[Server]>`
    select quote_ident(current_schema()) as schema, quote_ident(current_database()) as database,
      current_setting('server_version_num')::int as version,
      rolsuper or rolcreaterole as may_create
    from pg_roles where rolname = current_user`
  return server
}

const listTables = async (sql: Transaction) => sql<Table[]>`
  select c.relname as name, pg_get_userbyid(c.relowner) as owner,
    c.relname = any(${RECORD}) or c.relname ~ '^(log|spans|span_events)_[0-9]{8}$' as is_record,
    c.relname ~ '^(log|spans|span_events)_[0-9]{8}$' as is_leaf
  from pg_class c
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') order by 1`

/** The statement that makes a role, or gives it its password, with everything quoted by the server. */
async function statementOf(sql: Transaction, verb: 'create' | 'alter', role: string, password?: string) {
  const [{ text }] = await sql<[{ text: string }]>`
    select format(${`${verb} role %I login${password === undefined ? '' : ' password %L'}`}, ${role}::text,
      ${password ?? null}::text) as text`
  return text
}

/** Makes the roles that are missing; gives the statements that somebody else has to run, where this user may not. */
async function makeRoles(sql: Transaction, { may_create }: Server, passwords: Passwords): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select rolname as name from pg_roles where rolname = any(${SERVICES.map(roleOf)})`
  const there = new Set(rows.map(({ name }) => name))
  const wanting: string[] = []
  for (const service of SERVICES) {
    const role = roleOf(service)
    if (there.has(role)) {
      const password = passwords[service]
      if (may_create && password !== undefined) {
        await sql.unsafe(await statementOf(sql, 'alter', role, password))
      }
      continue
    }
    if (may_create) await sql.unsafe(await statementOf(sql, 'create', role, passwords[service]))
    else wanting.push(`create role ${role} login password '…';`)
  }
  return wanting
}

/** The record changes hands once; whoever hands it over has to belong to the role that gets it. */
async function handOver(sql: Transaction, { schema }: Server, tables: Table[]) {
  const role = roleOf('ingest')
  const [belongs] = await sql<[{ to: boolean }]>`select pg_has_role(${role}::text, 'usage') as to`
  if (!belongs.to) await sql.unsafe(`grant ${role} to current_user`)
  await sql.unsafe(`grant create on schema ${schema} to ${role}`)
  for (const { name, owner, is_record } of tables) {
    if (is_record && owner !== role) await sql.unsafe(`alter table ${name} owner to ${role}`)
  }
}

/** Takes away all that the roles were ever given on the tables, then gives what they need. */
async function grantAll(sql: Transaction, { schema, database, version }: Server, tables: Table[]) {
  const owner = roleOf('ingest')
  const others = SERVICES.map(roleOf).filter((role) => role !== owner)
  const everybody = [owner, ...others].join(', ')
  await sql.unsafe(`grant connect, temporary on database ${database} to ${everybody}`)
  await sql.unsafe(`grant usage on schema ${schema} to ${everybody}`)
  for (const { name, is_record } of tables) {
    await sql.unsafe(`revoke all on ${name} from ${is_record ? others.join(', ') : everybody}`)
  }
  for (const service of SERVICES) {
    for (const [privileges, ...names] of PRIVILEGES[service]) {
      await sql.unsafe(`grant ${privileges} on ${names.join(', ')} to ${roleOf(service)}`)
    }
  }
  // Rows are copied straight into the day, by whoever may write the table.
  const leaves = tables.filter(({ is_leaf }) => is_leaf).map(({ name }) => name)
  if (leaves.length > 0) await sql.unsafe(`grant insert on ${leaves.join(', ')} to ${roleOf('decide')}`)
  if (version >= 170_000) await sql.unsafe(`grant maintain on decisions, judge_runs to ${owner}`)
}

const apply = async (database: Database, passwords: Passwords): Promise<string[]> =>
  database.sql.begin(async (sql) => {
    await sql`set local lock_timeout = '5s'`
    const server = await readServer(sql)
    const wanting = await makeRoles(sql, server, passwords)
    if (wanting.length > 0) return wanting
    const tables = await listTables(sql)
    await handOver(sql, server, tables)
    await grantAll(sql, server, tables)
    return []
  })

/** Roles are of the whole server: another hub on it may be at the same one. */
const isRace = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && ['XX000', '42710', '23505'].includes(String(cause.code))

/**
 * Gives each service its role with the least it needs, in one transaction; run again it comes to the same. Gives the
 * statements that an administrator of the server has to run before, and has then done nothing.
 */
export async function applyRoles(database: Database, passwords: Passwords): Promise<string[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await apply(database, passwords)
    } catch (cause) {
      if (tries === TRIES || !isRace(cause)) throw cause
    }
  }
}
