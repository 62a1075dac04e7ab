import zlib from 'node:zlib'
import type { Sql } from '#shared/store/connect.ts'

const inflate = (body: Uint8Array): string[] => {
  const texts = [Buffer.from(body).toString('latin1'), Buffer.from(body).toString('utf8')]
  for (const open of [zlib.zstdDecompressSync, zlib.gunzipSync]) {
    try {
      texts.push(open(body).toString('utf8'))
    } catch {
      // It is not encoded in this way.
    }
  }
  return texts
}

type Column = { table: string; column: string }

/**
 * Every place of every table in which a text stands, in plain, inside a compressed body, or in the planner's samples;
 * as `table.column`.
 */
export async function placesOf(sql: Sql, text: string): Promise<string[]> {
  const columns = await sql<Column[]>`
    select c.relname "table", a.attname "column" from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relkind in ('r', 'p', 'm') and not c.relispartition and a.attnum > 0 and not a.attisdropped
      and c.relnamespace in (current_schema()::regnamespace, pg_my_temp_schema())`
  const places = new Set<string>()
  for (const { table, column } of columns) {
    // As text, a bytea is hexadecimal: it is searched for the bytes, and each body is opened besides.
    const hex = Buffer.from(text).toString('hex')
    const found = await sql`
      select 1 from ${sql(table)} r
      where position(${text} in r.${sql(column)}::text) > 0 or position(${hex} in r.${sql(column)}::text) > 0 limit 1`
    if (found.count > 0) places.add(`${table}.${column}`)
  }
  const quoted = await sql<{ place: string }[]>`
    select 'pg_stats.' || tablename || '.' || attname place from pg_stats
    where position(${text} in coalesce(most_common_vals::text, '') || coalesce(histogram_bounds::text, '')) > 0`
  for (const { place } of quoted) places.add(place)
  for await (const rows of sql<{ body: Uint8Array }[]>`select body from log where body is not null`.cursor(
    100,
  )) {
    if (rows.some(({ body }) => inflate(body).some((opened) => opened.includes(text)))) places.add('log.body')
  }
  return [...places].toSorted()
}
