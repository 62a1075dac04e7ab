import type { Price } from '../../price.ts'
import { foldGroup } from '../lane/fold-group.ts'
import { emptyGroup, type Entry, type TraceGroup } from '../lane/group.ts'
import { settleTrace } from '../lane/settle-trace.ts'
import { newState } from '../lane/trace-state.ts'
import { isHeader } from '../sources.ts'
import { placeKey, type Place, type Sayings } from './read-sayings.ts'
import type { StoredTrace } from './read-traces.ts'

// Folding asks an entry only for its log_id; the rest of a request is long gone.
const entryOf = (log_id: string): Entry => ({ log_id }) as Entry

/**
 * The review that was received last stands, whether the trace said it or an evaluation. Between processes the order of
 * receipt is in the row alone, so what the row holds stays when it was said at all.
 */
function reviewOf({ headers, claims }: TraceGroup, held: boolean | null): boolean | null {
  const said = [
    ...headers.map(({ header, entry }) => ({ ...entry, passed: header.values.user_review_passed })),
    ...claims.map(({ item, entry }) => ({ ...entry, passed: item.evaluation?.user_review_passed ?? null })),
  ].filter(({ passed }) => passed !== null)
  if (said.some(({ passed }) => passed === held)) return held
  return said.toSorted((a, b) => (a.log_id < b.log_id ? -1 : 1)).at(-1)?.passed ?? null
}

/**
 * Folds a trace from its sayings as the lane would that hears them all at once, and settles it. Null when one of them is
 * missing: then its rows are all there is.
 */
export async function foldAgain(
  stored: StoredTrace,
  places: Place[],
  { headers, items }: Sayings,
  price: Price,
): Promise<TraceGroup | null> {
  // No source at all is none that is missing, but such a trace cannot have come from the log.
  if (places.length === 0) return null
  const { project_no, trace, trace_no, trace_day, state } = stored.group
  const group: TraceGroup = { ...emptyGroup(project_no, trace), trace_no, trace_day }
  for (const place of places) {
    const entry = entryOf(place.log_id)
    const header = isHeader(place) ? headers.get(place.log_id) : undefined
    const item = items.get(placeKey(place))
    if (header) group.headers.push({ header, entry, fresh: false })
    else if (item) group.claims.push({ item, entry, said: 'new' })
    else return null
  }
  const first_eval = Math.min(...stored.evals.map(({ created_at }) => created_at))
  foldGroup(group, newState(), new Map(), price, first_eval)
  group.state.shown.user_review_passed = reviewOf(group, state.shown.user_review_passed)
  const eval_ids = new Map(stored.evals.map(({ eval_key, eval_id }) => [eval_key, eval_id]))
  for (const said of group.evals) said.eval_id = eval_ids.get(said.eval_key) ?? said.eval_id
  await settleTrace(
    group,
    () => Promise.resolve([]),
    () => Promise.resolve(null),
  )
  return group
}
