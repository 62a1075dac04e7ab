import { NoImport } from '#shared/mvp/source.ts'
import type { Sql } from '#shared/store/connect.ts'

const WRITTEN = ['projects', 'api_keys', 'log', 'traces', 'policies', 'decisions', 'judge_runs', 'cases']

/** An import writes into the tables of several services: a role of one of them is told so before anything begins. */
export async function requireRights(sql: Sql): Promise<void> {
  const [found] = await sql<[{ role: string; owner: string; wanting: string[] }]>`
    select current_user as role,
      (select pg_get_userbyid(relowner) from pg_class where oid = 'migrations'::regclass) as owner,
      array(select name from unnest(${WRITTEN}::text[]) name where not has_table_privilege(name, 'insert')) as wanting`
  const { role, owner, wanting } = found
  if (wanting.length === 0) return
  throw new NoImport(
    `The role ${role} may not write ${wanting.join(', ')}: run the import with the DATABASE_URL of ${owner}, who owns them`,
  )
}
