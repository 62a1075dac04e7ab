import type { Header, IdRef, Item } from '../../protocol/saying.ts'
import { logId } from '../log-id.ts'
import type { Job, Outcome, Snapshot } from './job.ts'
import type { SpanRow } from './span-row.ts'
import type { TraceState } from './trace-state.ts'

/** A job with its place in the log. */
export type Entry = { job: Job; log_id: string; outcome: Outcome; keep_body: boolean }

/** One item on trial: `said` is settled in the group, and for known traces against the log. */
export type Claim = { item: Item; entry: Entry; said: 'new' | 'same' | 'other' }

/** A trace's words on itself; `fresh` is settled by folding. */
export type HeaderClaim = { header: Header; entry: Entry; fresh: boolean }

export type EventRow = {
  event_key: string
  span_key: string | null
  type: number
  at: number
  log_id: string
  ordinal: number
}

export type EvalRow = { claim: Claim; eval_id: string; eval_key: string }

/** What a group of requests says of one trace, and what its rows become. */
export type TraceGroup = {
  project_no: number
  trace: IdRef
  /** UTC day of the partition that holds the trace's spans. */
  trace_day: string
  trace_no: string | null
  claims: Claim[]
  headers: HeaderClaim[]
  /** Set by folding. */
  state: TraceState
  rows: Map<string, SpanRow>
  events: EventRow[]
  evals: EvalRow[]
  /** The last decision that the group makes on the trace. */
  decision: Snapshot | null
  changed: boolean
  /** When a known trace started until now: its figures stand in that hour too. */
  started_before: number | null
  /** Whether the trace had failed before this transaction. */
  failed_before: boolean
}

/** Evaluations have a namespace of keys of their own. */
export const keyOf = (item: Item): string => (item.evaluation ? `eval ${item.key}` : item.key)

function settle(claims: Map<string, Claim>, claim: Claim): void {
  const key = keyOf(claim.item)
  const first = claims.get(key)
  if (!first) claims.set(key, claim)
  else {
    const same =
      first.entry.job.protocol === claim.entry.job.protocol && Bun.deepEquals(first.item.raw, claim.item.raw)
    claim.said = same ? 'same' : 'other'
  }
}

/** Sorts the sayings of some requests by trace, in the order in which every process locks traces. */
export function gather(jobs: Job[], now_ms: number): { entries: Entry[]; groups: TraceGroup[] } {
  const groups = new Map<string, TraceGroup & { first: Map<string, Claim> }>()
  const groupOf = (project_no: number, trace: IdRef) => {
    const id = `${project_no} ${trace.key}`
    let group = groups.get(id)
    if (!group) groups.set(id, (group = { ...emptyGroup(project_no, trace), first: new Map() }))
    return group
  }
  const entries = jobs.map((job): Entry => {
    const outcome = { accepted: 0, duplicates: 0, rejected: [...job.batch.refused] }
    const entry = { job, log_id: logId(now_ms), outcome, keep_body: false }
    const { header, items } = job.batch
    if (job.decided) decideOn(groupOf(job.project_no, job.decided.trace), job.decided.snapshot)
    if (header) groupOf(job.project_no, header.trace).headers.push({ header, entry, fresh: false })
    for (const item of items) {
      const group = groupOf(job.project_no, item.trace)
      const claim: Claim = { item, entry, said: 'new' }
      settle(group.first, claim)
      group.claims.push(claim)
    }
    return entry
  })
  const sorted = [...groups.values()].toSorted(
    (a, b) => a.project_no - b.project_no || (a.trace.key < b.trace.key ? -1 : 1),
  )
  return { entries, groups: sorted }
}

function decideOn(group: TraceGroup, snapshot: Snapshot): void {
  if (!group.decision || group.decision.at <= snapshot.at) group.decision = snapshot
}

/** A trace of which nothing has been said yet. */
export const emptyGroup = (project_no: number, trace: IdRef): TraceGroup => ({
  project_no,
  trace,
  trace_day: '',
  trace_no: null,
  claims: [],
  headers: [],
  // Folding sets the state before anything reads it.
  state: undefined as unknown as TraceState,
  rows: new Map(),
  events: [],
  evals: [],
  decision: null,
  changed: false,
  started_before: null,
  failed_before: false,
})

/** Counts what became of each item, once nothing can change it any more. */
export function settleOutcomes(groups: TraceGroup[]): void {
  for (const { claims } of groups) {
    for (const { item, entry, said } of claims) {
      if (said === 'new') {
        entry.outcome.accepted++
        entry.keep_body = true
      } else if (said === 'same') entry.outcome.duplicates++
      else entry.outcome.rejected.push(conflictOf(item))
    }
  }
  for (const { headers } of groups) {
    for (const { entry, fresh } of headers) entry.keep_body ||= fresh
  }
}

const conflictOf = (item: Item) => ({
  index: item.ordinal,
  id: item.span?.span.text ?? item.span?.span.key ?? item.key,
  code: 'idempotency_conflict',
  detail: `idempotency_key: ${JSON.stringify(item.key)} was used in this trace with another body`,
})
