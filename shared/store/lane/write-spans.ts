import type postgres from 'postgres'
import { shownId } from '../../ids.ts'
import { CopyEncoder } from '../copy-encoder.ts'
import { leafOf } from '../attach-day.ts'
import { copyInto } from '../copy.ts'
import { packSources } from '../sources.ts'
import type { TraceGroup } from './group.ts'
import { shownStatus, shownWinners, type SpanRow } from './span-row.ts'

const COLUMNS = [
  ...[
    'start_time',
    'end_time',
    'cost_nano',
    'trace_no',
    'key_digest',
    'project_no',
    'trace_day',
    'input_tokens',
  ],
  ...[
    'output_tokens',
    'cache_read_tokens',
    'reasoning_tokens',
    'usage_children',
    'status',
    'id_form',
    'cost_source',
  ],
  ...[
    'span_key',
    'span_id',
    'parent_key',
    'name',
    'span_type',
    'model',
    'provider',
    'error',
    'input_preview',
  ],
  ...['output_preview', 'node', 'sources', 'winners'],
]
const KEY = ['project_no', 'trace_no', 'span_key', 'trace_day']

/** Rows that are merged into known spans wait here inside the transaction. */
export const STAGE = `create temp table if not exists span_stage (like spans) on commit delete rows`

// Every row was folded under its trace's lock from what the table held, so the new row is the whole truth.
const MERGE = `
  insert into spans (${COLUMNS.join(',')})
  select ${COLUMNS.join(',')} from span_stage order by ${KEY.join(', ')}
  on conflict (${KEY.join(', ')}) do update
  set ${COLUMNS.filter((name) => !KEY.includes(name))
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}`

function encode(rows: CopyEncoder, group: TraceGroup, row: SpanRow): void {
  const { values, sources } = row.folded
  const parentless = values.parent_key === null
  rows.row(COLUMNS.length)
  rows.time(values.start_time)
  rows.time(values.end_time)
  rows.safe(row.cost_nano)
  rows.safe(Number(group.trace_no))
  rows.bigint(row.key_digest)
  rows.integer(group.project_no)
  rows.day(group.trace_day)
  rows.integer(values.input_tokens)
  rows.integer(values.output_tokens)
  rows.integer(values.cache_read_tokens)
  rows.integer(values.reasoning_tokens)
  rows.integer(row.usage_children)
  rows.smallint(shownStatus(values))
  rows.smallint(row.span.form)
  rows.smallint(row.cost_source)
  rows.text(row.span.key)
  rows.text(row.span.text)
  rows.text(values.parent_key)
  rows.text(values.name)
  rows.text(values.span_type)
  rows.text(values.model)
  rows.text(values.provider)
  rows.text(values.error)
  // Only a span without a parent can be its trace's root and speak for it.
  rows.text(parentless ? values.input_preview : null)
  rows.text(parentless ? values.output_preview : null)
  rows.jsonb(values.node)
  rows.bytes(packSources(sources))
  rows.bytes(shownWinners(row.folded))
}

/** Encoders that are used again and again, one per table: their buffers have grown to what a group needs. */
export type Encoders = Map<string, CopyEncoder>

export function encoderOf(encoders: Encoders, table: string): CopyEncoder {
  let rows = encoders.get(table)
  if (!rows) encoders.set(table, (rows = new CopyEncoder()))
  return rows
}

async function send(sql: postgres.ISql, encoders: Encoders, columns: string[], tables: Iterable<string>) {
  for (const table of tables) {
    const rows = encoderOf(encoders, table)
    if (rows.rows > 0) await copyInto(sql, table, columns, rows)
  }
}

/** Whether two values are one as jsonb, which keeps neither the order of members nor the sign of zero. */
export const isSameJson = (a: object | null, b: object | null): boolean =>
  Bun.deepEquals(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)))

/** Whether two rows would be written alike. */
export function isSameSpan(encoders: Encoders, group: TraceGroup, a: SpanRow, b: SpanRow): boolean {
  const written = (name: string, row: SpanRow) => {
    const rows = encoderOf(encoders, name)
    rows.reset()
    const values = { ...row.folded.values, node: null }
    encode(rows, group, { ...row, folded: { ...row.folded, values } })
    return rows.finish()
  }
  const same = written('compared', a).equals(written('compared with', b))
  return same && isSameJson(a.folded.values.node, b.folded.values.node)
}

/** New spans go straight into their day; known ones are staged and merged. */
export async function writeSpans(
  sql: postgres.ISql,
  encoders: Encoders,
  groups: TraceGroup[],
): Promise<void> {
  const days = new Set<string>()
  const open = (table: string) => {
    const rows = encoderOf(encoders, table)
    if (!days.has(table)) rows.reset()
    days.add(table)
    return rows
  }
  const staged = encoderOf(encoders, 'span_stage')
  staged.reset()
  for (const group of groups) {
    for (const row of group.rows.values()) {
      encode(row.before ? staged : open(leafOf('spans', group.trace_day)), group, row)
    }
  }
  await send(sql, encoders, COLUMNS, [...days].toSorted())
  if (staged.rows === 0) return
  await copyInto(sql, 'span_stage', COLUMNS, staged)
  await sql.unsafe(MERGE, [], { prepare: true })
}

const EVENT_COLUMNS = [
  'at',
  'trace_no',
  'project_no',
  'trace_day',
  'ordinal',
  'type',
  'log_id',
  'event_key',
  'span_key',
]

export async function writeEvents(
  sql: postgres.ISql,
  encoders: Encoders,
  groups: TraceGroup[],
): Promise<void> {
  const days = new Set<string>()
  for (const group of groups) {
    const table = leafOf('span_events', group.trace_day)
    for (const event of group.events) {
      const rows = encoderOf(encoders, table)
      if (!days.has(table)) rows.reset()
      days.add(table)
      rows.row(EVENT_COLUMNS.length)
      rows.time(event.at)
      rows.safe(Number(group.trace_no))
      rows.integer(group.project_no)
      rows.day(group.trace_day)
      rows.integer(event.ordinal)
      rows.smallint(event.type)
      rows.uuid(event.log_id)
      rows.text(event.event_key)
      rows.text(event.span_key)
    }
  }
  await send(sql, encoders, EVENT_COLUMNS, [...days].toSorted())
}

const EVAL_COLUMNS = [
  ...['eval_id', 'trace_no', 'created_at', 'score', 'log_id', 'project_no', 'ordinal', 'passed'],
  ...[
    'user_review_passed',
    'eval_key',
    'span_key',
    'span_id',
    'name',
    'model',
    'label',
    'explanation',
    'metadata',
  ],
]

export async function writeEvals(
  sql: postgres.ISql,
  encoders: Encoders,
  groups: TraceGroup[],
  now: number,
): Promise<void> {
  const rows = encoderOf(encoders, 'evals')
  rows.reset()
  for (const group of groups) {
    for (const { claim, eval_id, eval_key } of group.evals) {
      const { evaluation, ordinal, at } = claim.item
      if (!evaluation) continue
      rows.row(EVAL_COLUMNS.length)
      rows.uuid(eval_id)
      rows.safe(Number(group.trace_no))
      rows.time(at || now)
      rows.double(evaluation.score)
      rows.uuid(claim.entry.log_id)
      rows.integer(group.project_no)
      rows.integer(ordinal)
      rows.boolean(evaluation.passed)
      rows.boolean(evaluation.user_review_passed)
      rows.text(eval_key)
      rows.text(evaluation.span?.key ?? null)
      rows.text(
        evaluation.span ? shownId(evaluation.span.key, evaluation.span.form, evaluation.span.text) : null,
      )
      rows.text(evaluation.name)
      rows.text(evaluation.model)
      rows.text(evaluation.label)
      rows.text(evaluation.explanation)
      rows.jsonb(evaluation.metadata)
    }
  }
  if (rows.rows > 0) await copyInto(sql, 'evals', EVAL_COLUMNS, rows)
}
