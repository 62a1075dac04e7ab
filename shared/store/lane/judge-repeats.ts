import type postgres from 'postgres'
import { arrayLiteral } from '../array-literal.ts'
import type { DocumentReader } from '../read-documents.ts'
import { unpackSources } from '../sources.ts'
import { keyOf, type Claim, type TraceGroup } from './group.ts'

/** Where a key may have been said before: in a span's first saying (by digest), an event, or an evaluation. */
type Suspect = { group: TraceGroup; key: string; log_id: string; ordinal: number }

type Found = { trace_no: string; key: string; log_id: string; ordinal: number }

async function findSuspects(sql: postgres.ISql, groups: TraceGroup[]): Promise<Suspect[]> {
  const claims = groups.flatMap((group) => group.claims.map((claim) => ({ group, item: claim.item })))
  const byNo = new Map(groups.map((group) => [group.trace_no, group]))
  const ofItems = claims.filter(({ item }) => !item.evaluation)
  const ofEvals = claims.filter(({ item }) => item.evaluation)
  const parameters = (list: typeof claims, key: (claim: (typeof claims)[number]) => string | bigint) => [
    arrayLiteral(list.map(({ group }) => group.project_no)),
    arrayLiteral(list.map(({ group }) => group.trace_no)),
    arrayLiteral(list.map(({ group }) => group.trace_day)),
    arrayLiteral(list.map(key)),
  ]
  const suspects: Suspect[] = []
  const suspect = ({ trace_no, key, log_id, ordinal }: Found) => {
    const group = byNo.get(trace_no)
    if (group) suspects.push({ group, key, log_id, ordinal })
  }
  if (ofItems.length > 0) {
    const keys = new Map(ofItems.map(({ group, item }) => [`${group.trace_no} ${item.digest}`, item.key]))
    const spans = await sql.unsafe<{ trace_no: string; key_digest: string; sources: Uint8Array }[]>(
      `select s.trace_no, s.key_digest, substr(s.sources, 1, 37) sources
       from unnest($1::text::int[], $2::text::bigint[], $3::text::date[], $4::text::bigint[]) k(p, t, d, g)
       join spans s on s.trace_no = k.t and s.trace_day = k.d and s.key_digest = k.g and s.project_no = k.p`,
      parameters(ofItems, ({ item }) => item.digest),
      { prepare: true },
    )
    for (const { trace_no, key_digest, sources } of spans) {
      const [first] = unpackSources(sources)
      const key = keys.get(`${trace_no} ${key_digest}`)
      if (first && key !== undefined) suspect({ trace_no, key, log_id: first.log_id, ordinal: first.ordinal })
    }
    const events = await sql.unsafe<Found[]>(
      `select e.trace_no, e.event_key key, e.log_id, e.ordinal
       from unnest($1::text::int[], $2::text::bigint[], $3::text::date[], $4::text::text[]) k(p, t, d, e)
       join span_events e on (e.project_no, e.trace_no, e.event_key, e.trace_day) = (k.p, k.t, k.e, k.d)`,
      parameters(ofItems, ({ item }) => item.key),
      { prepare: true },
    )
    events.forEach(suspect)
  }
  if (ofEvals.length > 0) {
    const evals = await sql.unsafe<Found[]>(
      `select v.trace_no, v.eval_key key, v.log_id, v.ordinal
       from unnest($1::text::int[], $2::text::bigint[], $3::text::date[], $4::text::text[]) k(p, t, d, e)
       join evals v on (v.project_no, v.trace_no, v.eval_key) = (k.p, k.t, k.e)`,
      parameters(ofEvals, ({ item }) => item.key),
      { prepare: true },
    )
    evals.forEach((found) => suspect({ ...found, key: `eval ${found.key}` }))
  }
  return suspects
}

/**
 * Tells repeats in known traces from new sayings, by what the log holds under the same key: the same words are a
 * duplicate, other words a conflict. The trace rows must be locked.
 */
export async function judgeRepeats(
  sql: postgres.ISql,
  documents: DocumentReader,
  groups: TraceGroup[],
): Promise<void> {
  const suspects = await findSuspects(sql, groups)
  if (suspects.length === 0) return
  const found = await documents.load(sql, [...new Set(suspects.map(({ log_id }) => log_id))])
  const claims = new Map(
    groups.map((group) => [group, Map.groupBy(group.claims, ({ item }) => keyOf(item))] as const),
  )
  for (const { group, key, log_id, ordinal } of suspects) {
    const document = found.get(log_id)
    const said = document?.protocol.item(document.document, ordinal)
    // Two keys can have one digest: then this is not the saying that was looked for.
    if (said && keyOf(said) !== key) continue
    for (const claim of claims.get(group)?.get(key) ?? []) {
      // A body that retention or erasure took cannot contradict.
      claim.said = !said || isSame(claim, document?.protocol.code, said.raw) ? 'same' : 'other'
    }
  }
}

const isSame = (claim: Claim, code: number | undefined, raw: unknown) =>
  claim.entry.job.protocol.code === code && Bun.deepEquals(claim.item.raw, raw)
