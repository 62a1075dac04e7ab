import type postgres from 'postgres'
import { arrayLiteral } from './array-literal.ts'

type Stored = { log_id: string; project_no: number }

/** Says in the transaction that writes bodies, or with `again` changes them, that the index of search is behind. */
export async function queueForSearch(sql: postgres.ISql, bodies: Stored[], again = false): Promise<void> {
  if (bodies.length === 0) return
  const log_ids = arrayLiteral(bodies.map(({ log_id }) => log_id))
  const projects = arrayLiteral(bodies.map(({ project_no }) => project_no))
  await sql`
    insert into search_queue (log_id, project_no, again)
    select l, p, ${again} from unnest(${log_ids}::text::uuid[], ${projects}::text::int[]) x(l, p)`
}
