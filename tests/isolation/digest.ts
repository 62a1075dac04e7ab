import type { Furnished } from './furnish.ts'
import type { House } from './open-house.ts'

/** What a project has, and perhaps a person is, in one word that changes with any of it; uses of keys and deliveries go on by themselves. */
export async function digestOf(
  { sql }: House,
  { project_id }: Furnished,
  person_id: string | null = null,
): Promise<string> {
  const [row] = await sql<{ digest: string }[]>`
    with p as (select * from projects where project_id = ${project_id}), rows(text) as (
      select to_jsonb(p)::text from p
      union all select (to_jsonb(k) - 'last_used_at')::text from p join api_keys k using (project_no)
      union all select to_jsonb(s)::text from p join project_settings s using (project_no)
      union all select to_jsonb(t)::text from p join traces t using (project_no)
      union all select to_jsonb(s)::text from p join spans s using (project_no)
      union all select to_jsonb(e)::text from p join evals e using (project_no)
      union all select to_jsonb(o)::text from p join policies o using (project_no)
      union all select to_jsonb(v)::text from p join policies using (project_no) join policy_versions v using (policy_id)
      union all select to_jsonb(d)::text from p join decisions d using (project_no)
      union all select to_jsonb(c)::text from p join cases c using (project_no)
      union all select to_jsonb(h)::text from p join case_history h using (project_no)
      union all select to_jsonb(s)::text from p join case_settings s using (project_no)
      union all select (to_jsonb(s) - 'failing_since')::text from p join subscriptions s using (project_no)
      union all select to_jsonb(v)::text from saved_views v where project_id = ${project_id}
      union all select to_jsonb(w)::text from people w where person_id = ${person_id}
      union all select to_jsonb(m)::text from memberships m where person_id = ${person_id}
      union all select (to_jsonb(a) - '{state,since,checked_at,value}'::text[])::text
        from p join alerts a using (project_no)
    )
    select md5(string_agg(text, ',' order by text)) as digest from rows`
  if (!row) throw new Error('a digest is one row')
  return row.digest
}
