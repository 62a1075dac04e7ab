import { LEAVES } from '../attach-day.ts'
import type { Sql } from '../connect.ts'

/** A day's leaf: attached, half detached by a run that was cut off, or detached and not yet dropped. */
type Leaf = { leaf: string; parent: string | null; pending: boolean }

/** Before which day the leaves of a table go. */
export type Cutoffs = Record<(typeof LEAVES)[number], string>

const DAY_IN_NAME = /^(?<table>log|spans|span_events)_(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)$/

function isOld({ leaf }: Leaf, cutoffs: Cutoffs): boolean {
  const parts = DAY_IN_NAME.exec(leaf)?.groups
  const table = LEAVES.find((name) => name === parts?.['table'])
  if (!parts || !table) return false
  return `${parts['year']}-${parts['month']}-${parts['day']}` < cutoffs[table]
}

const listLeaves = async (sql: Sql) => sql<Leaf[]>`
  select c.relname leaf, i.inhparent::regclass::text parent, coalesce(i.inhdetachpending, false) pending
  from pg_class c left join pg_inherits i on i.inhrelid = c.oid
  where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
    and c.relname ~ '^(log|spans|span_events)_[0-9]{8}$'
  order by 1`

/** CONCURRENTLY waits for nobody but the transactions that began before; a plain DROP would make all wait for it. */
async function dropLeaf(sql: Sql, { leaf, parent, pending }: Leaf): Promise<void> {
  if (parent && pending) await sql`alter table ${sql(parent)} detach partition ${sql(leaf)} finalize`
  else if (parent) await sql`alter table ${sql(parent)} detach partition ${sql(leaf)} concurrently`
  await sql`drop table if exists ${sql(leaf)}`
}

/**
 * Drops the leaves of days before the cutoffs, on a connection of the caller's own and outside any transaction. The
 * traces of those days must be gone already. Gives the names of what was dropped.
 */
export async function dropDays(sql: Sql, cutoffs: Cutoffs): Promise<string[]> {
  const old = (await listLeaves(sql)).filter((leaf) => isOld(leaf, cutoffs))
  if (old.length === 0) return []
  await sql`select pg_advisory_lock(hashtext('hub.partitions'))`
  try {
    for (const leaf of old) await dropLeaf(sql, leaf)
  } finally {
    await sql`select pg_advisory_unlock(hashtext('hub.partitions'))`
  }
  return old.map(({ leaf }) => leaf)
}
