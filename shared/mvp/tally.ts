import { Type as t, type Static } from '@sinclair/typebox'

/** So many refused rows are named; more are only counted, by their reason. */
const MOST_NAMED = 1000
/** So many reasons are told apart. */
const MOST_REASONS = 200

/** What has become of the rows so far: it stands in the cursor, so that the summary is that of the whole work. */
export const Tally = t.Object({
  tables: t.Record(
    t.String(),
    t.Object({ read: t.Integer(), added: t.Integer(), there: t.Integer(), refused: t.Integer() }),
  ),
  /** What was brought over otherwise than it stood there, and how often. */
  settled: t.Record(t.String(), t.Integer()),
  refused: t.Array(t.Object({ table: t.String(), id: t.String(), reason: t.String() })),
  reasons: t.Record(t.String(), t.Integer()),
  /** What a person has to do. */
  tasks: t.Array(t.String()),
})
export type Tally = Static<typeof Tally>

type Outcome = 'read' | 'added' | 'there' | 'refused'

export const newTally = (): Tally => ({ tables: {}, settled: {}, refused: [], reasons: {}, tasks: [] })

/** Counts some rows of a table. */
export function count({ tables }: Tally, table: string, outcome: Outcome, rows = 1): void {
  const counts = (tables[table] ??= { read: 0, added: 0, there: 0, refused: 0 })
  counts[outcome] += rows
}

/** A reason without what is its row's alone, its position and what is quoted of it: else each row had its own. */
const kindOf = (reason: string): string =>
  reason.replaceAll(/"(?:[^"\\]|\\.)*"/g, '"…"').replaceAll(/\.\d+(?=[.:])/g, '')

/** Names a row that is not brought over, with the reason. */
export function refuse(tally: Tally, table: string, id: string, reason: string): void {
  count(tally, table, 'refused')
  const kind = `${table}: ${kindOf(reason)}`
  const is_told = kind in tally.reasons || Object.keys(tally.reasons).length < MOST_REASONS
  const why = is_told ? kind : 'further reasons'
  tally.reasons[why] = (tally.reasons[why] ?? 0) + 1
  if (tally.refused.length < MOST_NAMED) tally.refused.push({ table, id, reason })
}

/** Notes that something is brought over otherwise than it stood there. */
export function settle({ settled }: Tally, what: string): void {
  settled[what] = (settled[what] ?? 0) + 1
}
