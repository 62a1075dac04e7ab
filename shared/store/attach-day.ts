import type postgres from 'postgres'
import { firstLogIdOf } from './log-id.ts'

/** The tables that have a leaf for each UTC day. */
export const LEAVES = ['log', 'spans', 'span_events'] as const

export const leafOf = (table: string, day: string): string => `${table}_${day.replaceAll('-', '')}`

/**
 * LIKE + ATTACH takes no lock that a writer or reader would wait for; CREATE .. PARTITION OF does. Who owns the table
 * owns the leaf, whoever made it, and who may write the table may write the leaf, into which rows are copied.
 */
const attach = (table: string, leaf: string, from: string, to: string) => `
  create table if not exists ${leaf} (like ${table} including all);
  do $$ declare owner regrole; writer regrole; begin
    if not exists (select from pg_inherits where inhrelid = '${leaf}'::regclass) then
      select relowner into owner from pg_class where oid = '${table}'::regclass;
      if owner <> (select relowner from pg_class where oid = '${leaf}'::regclass) then
        execute format('alter table ${leaf} owner to %s', owner);
      end if;
      alter table ${table} attach partition ${leaf} for values from ('${from}') to ('${to}');
      for writer in
        select distinct a.grantee from pg_class c, aclexplode(c.relacl) a
        where c.oid = '${table}'::regclass and a.privilege_type = 'INSERT' and a.grantee not in (0, c.relowner)
      loop
        execute format('grant insert on ${leaf} to %s', writer);
      end loop;
    end if;
  end $$;`

/** Gives a day its leaves, in the caller's transaction; days are YYYY-MM-DD, `next` the one after. */
export async function attachDay(sql: postgres.ISql, day: string, next: string): Promise<void> {
  const statements = LEAVES.map((table) => {
    const [from, to] = table === 'log' ? [firstLogIdOf(day), firstLogIdOf(next)] : [day, next]
    return attach(table, leafOf(table, day), from, to)
  })
  await sql.unsafe(statements.join(''))
}
