import type { Sql } from '#shared/store/connect.ts'

/** Where a job stands that walks the record. */
export type Cursor = {
  started_at: Date
  /** What it has walked over and what of it it has changed, since it began. */
  walked: number
  changed: number
  /** JSON that says where to go on. */
  place: unknown
}

type Row = Omit<Cursor, 'walked' | 'changed'> & { walked: string; changed: string }

/** Where a run that did not come to its end stopped; null when there is none. */
export async function readCursor(sql: Sql, job: string): Promise<Cursor | null> {
  const [row] = await sql<Row[]>`
    select started_at, walked, changed, place from upkeep_cursors where job = ${job}`
  return row ? { ...row, walked: Number(row.walked), changed: Number(row.changed) } : null
}

export async function saveCursor(sql: Sql, job: string, cursor: Cursor): Promise<void> {
  const { started_at, walked, changed, place } = cursor
  await sql`
    insert into upkeep_cursors (job, started_at, walked, changed, place)
    values (${job}, ${started_at}, ${walked}, ${changed}, ${JSON.stringify(place)}::text::jsonb)
    on conflict (job) do update set started_at = excluded.started_at, walked = excluded.walked,
      changed = excluded.changed, place = excluded.place`
}

export const dropCursor = async (sql: Sql, job: string) => sql`delete from upkeep_cursors where job = ${job}`
