import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sql } from '#shared/store/connect.ts'
import { makeBody } from './body.ts'

const SPANS = 20
const BYTES = 2000

/** COPY's text form of a field. */
const field = (value: unknown): string =>
  value === null || value === undefined
    ? '\\N'
    : (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(/[\\\n\r\t]/g, (found) =>
        found === '\\' ? '\\\\' : found === '\n' ? '\\n' : found === '\r' ? '\\r' : '\\t',
      )

/** The same spans as plain rows, their whole text in columns. */
function rows(requests: number): string {
  const lines = Array.from({ length: requests }, () => makeBody(SPANS, BYTES)).flatMap(({ spans }) =>
    spans.map((span) =>
      [
        ...[span.trace_id, span.span_id, span.parent_span_id, span.name, span.span_type, span.status],
        ...[span.start_time, span.end_time, span.model, span.input_tokens, span.output_tokens],
        ...[span.input, span.output, span.attributes],
      ]
        .map(field)
        .join('\t'),
    ),
  )
  return `${lines.join('\n')}\n`
}

/**
 * The floor: Postgres itself copies the same full-text rows from a file of its own into a plain table with the same
 * keys.
 */
export async function rawCopy(sql: Sql, requests: number): Promise<{ spans_per_second: number }> {
  const file = join(tmpdir(), `hub-bench-${crypto.randomUUID()}.tsv`)
  writeFileSync(file, rows(requests))
  chmodSync(file, 0o644)
  try {
    await sql`drop table if exists bench_floor`
    await sql`
      create table bench_floor (
        trace_id text collate "C" not null, span_id text collate "C" not null, parent_span_id text, name text,
        span_type text, status text, start_time timestamptz, end_time timestamptz, model text, input_tokens int,
        output_tokens int, input text, output text, attributes text, primary key (trace_id, span_id))`
    await sql`create index on bench_floor (start_time desc)`
    await sql`checkpoint`
    const started = performance.now()
    await sql.unsafe(`copy bench_floor from '${file}'`)
    const seconds = (performance.now() - started) / 1000
    return { spans_per_second: (requests * SPANS) / seconds }
  } finally {
    await sql`drop table if exists bench_floor`
    rmSync(file)
  }
}
