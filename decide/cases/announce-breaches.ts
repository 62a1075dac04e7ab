import type { News } from '#shared/events.ts'
import type { Deps } from '#shared/service.ts'
import { announce } from '#shared/store/announce.ts'
import { claimOverdue, saveCases, type CaseState } from './case-state.ts'
import { HUB, outside, writeHistory, type Deed } from './tell.ts'

const BATCH = 100

type Breach = { state: CaseState; clock: 'acknowledge' | 'resolve'; due_at: Date }

/** The clock that ran out: to acknowledge while nobody has, once; to resolve after that. */
function breachOf(state: CaseState, now: Date): Breach {
  return state.status === 'open' && state.ack_breached_at === null
    ? { state: { ...state, ack_breached_at: now }, clock: 'acknowledge', due_at: state.ack_due_at }
    : { state: { ...state, resolve_breached_at: now }, clock: 'resolve', due_at: state.resolve_due_at }
}

const deedOf = ({ state, clock, due_at }: Breach, at: Date): Deed => ({
  at,
  case_id: state.case_id,
  project_no: state.project_no,
  actor: HUB,
  event: 'sla_breached',
  from_status: state.status,
  to_status: state.status,
  comment: null,
  detail: { clock, due_at: due_at.toISOString() },
})

const newsOf = ({ state, clock, due_at }: Breach): News => ({
  project_no: state.project_no,
  event: 'case.sla_breached',
  payload: { ...outside(state), clock, due_at: due_at.toISOString() },
})

/**
 * Announces clocks that have run out, each once however many processes look: who locks the case marks it in the same
 * transaction. Gives how many; after some there may be more.
 */
async function announceBatch({ database, clock }: Deps): Promise<number> {
  const now = new Date(clock())
  const { count } = await database.sql.begin(async (sql) => {
    const breaches = (await claimOverdue(sql, now, BATCH)).map((state) => breachOf(state, now))
    await saveCases(
      sql,
      breaches.map(({ state }) => state),
    )
    await writeHistory(
      sql,
      breaches.map((breach) => deedOf(breach, now)),
    )
    await announce(sql, breaches.map(newsOf), now)
    return { count: breaches.length }
  })
  return count
}

/** Announces all clocks that have run out by now, and gives how many that were. */
export async function announceBreaches(deps: Deps): Promise<number> {
  let total = 0
  // A case whose other clock has run out as well comes again.
  for (let count = BATCH; count > 0; total += count) count = await announceBatch(deps)
  if (total > 0) deps.bus.publish('outbox.ready.v1', {})
  return total
}
