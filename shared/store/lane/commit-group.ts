import type postgres from 'postgres'
import type { Price } from '../../price.ts'
import { ERROR } from '../../schema/status.ts'
import type { DocumentReader } from '../read-documents.ts'
import { needsRecount } from './count-usage.ts'
import { foldGroup } from './fold-group.ts'
import { gather, settleOutcomes, type Entry, type TraceGroup } from './group.ts'
import type { Job } from './job.ts'
import { judgeRepeats } from './judge-repeats.ts'
import { lockTraces, readChildren, readRoot, readSpans } from './read-known.ts'
import { settleTrace } from './settle-trace.ts'
import { isNode, type SpanRow } from './span-row.ts'
import { newState } from './trace-state.ts'
import { writeEvals, writeEvents, writeSpans, type Encoders } from './write-spans.ts'
import { writeLog } from './write-log.ts'
import { announceFailures, insertTraces, updateTraces } from './write-traces.ts'

/** What a lane keeps between groups. */
export type Context = {
  documents: DocumentReader
  encoders: Encoders
  price: Price
  /** The day whose partition takes a trace of a project that started at this time. */
  dayFor: (start_time: number, project_no: number) => string
  /** Milliseconds since 1970. */
  clock: () => number
  /** Tells the outside of nothing that has failed: what is written happened elsewhere, long ago. */
  quiet?: boolean
}

/** A trace that the group has just made: nothing of it can be in the tables. */
const nothing = { load: () => Promise.resolve([]), find: () => Promise.resolve(null) }

/**
 * Writes a group of requests in the caller's transaction. The order is the lock order of the whole hub: traces first
 * (new ones by insert, then the others locked, both sorted), then everything else.
 */
export async function commitGroup(
  sql: postgres.ISql,
  jobs: Job[],
  context: Context,
): Promise<{ entries: Entry[]; has_news: boolean }> {
  const now = context.clock() * 1000
  const { entries, groups } = gather(jobs, context.clock())
  for (const group of groups) {
    foldGroup(group, newState(), new Map(), context.price, now)
    await settleTrace(group, nothing.load, nothing.find)
    group.trace_day = context.dayFor(group.state.start_time, group.project_no)
  }
  if (groups.length > 0) await insertTraces(sql, groups, now)
  const known = groups.filter(({ trace_no }) => trace_no === null)
  if (known.length > 0) await learn(sql, known, context, now)
  settleOutcomes(groups)
  await writeLog(sql, context.encoders, entries, now)
  await writeSpans(sql, context.encoders, groups)
  await writeEvents(sql, context.encoders, groups)
  await writeEvals(sql, context.encoders, groups, now)
  await updateTraces(
    sql,
    known.filter(({ changed }) => changed),
    now,
  )
  return { entries, has_news: context.quiet !== true && (await announceFailures(sql, groups, now)) }
}

/** Folds again, on top of what the tables hold, the traces that turned out to be known. */
async function learn(sql: postgres.ISql, known: TraceGroup[], context: Context, now: number): Promise<void> {
  await lockTraces(sql, known)
  await judgeRepeats(sql, context.documents, known)
  const wanted = known.flatMap((group) => spanKeys(group).map((span_key) => ({ group, span_key })))
  const rows = Map.groupBy(await readSpans(sql, wanted), ({ trace_no }) => trace_no)
  for (const group of known) {
    const held = new Map((rows.get(group.trace_no ?? '') ?? []).map((row) => [row.span.key, row]))
    group.failed_before = group.state.shown.status === ERROR
    foldGroup(group, group.state, held, context.price, now)
    await recountChildren(sql, group)
    await settleTrace(
      group,
      (span_keys) =>
        readSpans(
          sql,
          span_keys.map((span_key) => ({ group, span_key })),
        ),
      (touched, top) => readRoot(sql, group, touched, top),
    )
  }
}

const spanKeys = (group: TraceGroup): string[] => [
  ...new Set(
    group.claims.flatMap(({ item, said }) => (said === 'new' && item.span ? [item.span.span.key] : [])),
  ),
]

async function recountChildren(sql: postgres.ISql, group: TraceGroup): Promise<void> {
  const parents = new Map<string, SpanRow>()
  for (const [key, row] of group.rows) if (needsRecount(row)) parents.set(key, row)
  if (parents.size === 0) return
  for (const row of parents.values()) row.usage_children = 0
  for (const { parent_key, is_node } of await readChildren(sql, group, [...parents.keys()])) {
    const row = parents.get(parent_key)
    if (row && !(is_node && isNode(row.folded.values.span_type))) row.usage_children++
  }
}
