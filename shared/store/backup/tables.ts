import type postgres from 'postgres'
import { LEAVES, leafOf } from '../attach-day.ts'
import { BadArchive } from './frames.ts'

/** A table with the columns that are stored in it. */
export type Table = { name: string; columns: string[] }
/** Where an identity column goes on counting. */
export type Sequence = { table: string; column: string; value: string | null }

type Reference = { from: string; to: string }

/** Those that others refer to come first. */
function inOrder(tables: Table[], references: Reference[]): Table[] {
  const placed = new Set<string>()
  const ordered: Table[] = []
  while (ordered.length < tables.length) {
    const free = tables.filter(
      ({ name }) =>
        !placed.has(name) &&
        references.every(({ from, to }) => from !== name || to === name || placed.has(to)),
    )
    if (free.length === 0) throw new Error('tables refer to each other in a circle')
    for (const table of free) {
      placed.add(table.name)
      ordered.push(table)
    }
  }
  return ordered
}

/** All tables of the hub but the list of its migrations; one that has a leaf for each day stands for all of them. */
export async function listTables(sql: postgres.ISql): Promise<Table[]> {
  const tables = await sql<Table[]>`
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and c.relname <> 'migrations' and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    group by c.relname order by 1`
  const references = await sql<Reference[]>`
    select distinct f.relname as from, t.relname as to
    from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
    where k.contype = 'f' and k.connamespace = current_schema()::regnamespace`
  return inOrder(tables, references)
}

/** The days that have leaves, as YYYY-MM-DD. */
export async function listDays(sql: postgres.ISql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = any(${[...LEAVES]}::regclass[])`
  const days = rows.map(({ name }) => name.slice(-8).replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'))
  const known = new Set(days.flatMap((day) => LEAVES.map((table) => leafOf(table, day))))
  const strange = rows.find(({ name }) => !known.has(name))
  if (strange) throw new Error(`${strange.name} is no leaf of a day`)
  return [...new Set(days)].toSorted()
}

/** What identity columns have counted to; read after the tables it is never behind them. */
export async function listSequences(sql: postgres.ISql): Promise<Sequence[]> {
  return sql<Sequence[]>`
    select c.relname as table, a.attname as column, s.last_value::text as value
    from pg_attribute a join pg_class c on c.oid = a.attrelid and not c.relispartition
      join pg_depend d on d.refobjid = c.oid and d.refobjsubid = a.attnum and d.deptype = 'i'
      join pg_class q on q.oid = d.objid and q.relkind = 'S'
      join pg_sequences s on s.schemaname = current_schema() and s.sequencename = q.relname
    where c.relnamespace = current_schema()::regnamespace and a.attidentity <> '' order by 1, 2`
}

type Rights = { role: string; owner: string; wanting: string[] }

/**
 * A backup of what one may see would pass for a whole one: who may not do all that is needed on every table is told so
 * before anything begins, with the role that may.
 */
export async function requireRights(
  sql: postgres.ISql,
  tables: Table[],
  what: 'backup' | 'restore',
): Promise<void> {
  const names = tables.map(({ name }) => name)
  const rights = what === 'backup' ? ['select'] : ['select', 'insert', 'truncate']
  const [found] = await sql<[Rights]>`
    select current_user as role,
      (select pg_get_userbyid(relowner) from pg_class where oid = 'migrations'::regclass) as owner,
      array(
        select name from unnest(${names}::text[]) name where exists (
          select from unnest(${rights}::text[]) wanted
          where not has_table_privilege(quote_ident(name), wanted))) as wanting`
  const { role, owner, wanting } = found
  if (wanting.length === 0) return
  const may = `the role ${role} may not ${rights.join(', ')} ${wanting.length} of ${names.length} tables`
  throw new BadArchive(
    `A ${what} needs all that there is, and ${may} (${wanting.slice(0, 3).join(', ')}, …): run it with the DATABASE_URL of ${owner}, who owns them`,
  )
}

/** A name as SQL takes it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
