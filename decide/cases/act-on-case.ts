import type postgres from 'postgres'
import type { Case } from '#shared/contract/cases.ts'
import { HubError } from '#shared/errors.ts'
import type { News } from '#shared/events.ts'
import type { Principal } from '#shared/http/auth.ts'
import { isUuid } from '#shared/ids.ts'
import { findCase, rowToCase } from '#shared/schema/case-row.ts'
import type { CaseStatus } from '#shared/schema/case-words.ts'
import type { Deps } from '#shared/service.ts'
import { announce } from '#shared/store/announce.ts'
import { holdFingerprints, lockCase, saveCases, type CaseState } from './case-state.ts'
import { writeHistory, type Deed } from './tell.ts'

/** Something that a person does to a case. */
export type Act = {
  /** What the history calls it. */
  event: string
  /** The statuses in which it can be done. */
  from: readonly CaseStatus[]
  comment: string | null
  /** Opens the case again, which no two may do at once for one fingerprint. */
  holds_fingerprint?: boolean
  change: (state: CaseState, at: Date) => Partial<CaseState>
  detail: (before: CaseState, after: CaseState, at: Date) => Deed['detail']
  news: (after: CaseState, actor: string) => News[]
}

/** The case that is acted on, by whom, and the versions that the caller knows; null for any. */
export type On = { principal: Principal; case_id: string; versions: readonly string[] | null }

/** The versions in an If-Match header; null when there is none, or any is as good. */
export function readIfMatch(request: Request): string[] | null {
  const header = request.headers.get('if-match')
  if (header === null) return null
  const tags = header.split(',').map((tag) => tag.trim().replace(/^(?:W\/)?"(.*)"$/, '$1'))
  return tags.includes('*') ? null : tags
}

const IN_WORDS: Record<string, string> = {
  acknowledged: 'acknowledged',
  resolved: 'resolved',
  reopened: 'reopened',
  assigned: 'assigned',
}

function refuse(state: CaseState, { event, from }: Act): never {
  const detail = `The case is ${state.status}; only one that is ${from.join(' or ')} can be ${IN_WORDS[event] ?? event}`
  throw new HubError('wrong_case_status', { detail })
}

async function isTaken(
  sql: postgres.ISql,
  { project_no, fingerprint, case_id }: CaseState,
): Promise<boolean> {
  const rows = await sql`
    select from cases where project_no = ${project_no} and fingerprint = ${fingerprint} and case_id <> ${case_id}
      and status <> 'resolved' and gathers`
  return rows.length > 0
}

async function locked(sql: postgres.ISql, project_no: number, case_id: string, act: Act): Promise<CaseState> {
  if (act.holds_fingerprint) {
    const [row] = await sql<{ fingerprint: string }[]>`
      select fingerprint from cases where project_no = ${project_no} and case_id = ${case_id}`
    if (row) await holdFingerprints(sql, [row.fingerprint])
  }
  return lockCase(sql, project_no, case_id)
}

async function perform(sql: postgres.ISql, at: Date, on: On, project_no: number, act: Act): Promise<void> {
  const { actor } = on.principal
  const before = await locked(sql, project_no, on.case_id, act)
  if (on.versions !== null && !on.versions.includes(String(before.version)))
    throw new HubError('version_mismatch')
  if (!act.from.includes(before.status)) refuse(before, act)
  const state: CaseState = {
    ...before,
    updated_at: at,
    version: before.version + 1,
    ...act.change(before, at),
  }
  if (act.holds_fingerprint) state.gathers = !(await isTaken(sql, before))
  await saveCases(sql, [state])
  const { case_id, status: from_status } = before
  await writeHistory(sql, [
    {
      ...{ at, case_id, project_no, actor, event: act.event, from_status, to_status: state.status },
      comment: act.comment,
      detail: act.detail(before, state, at),
    },
  ])
  await announce(sql, act.news(state, actor), at)
}

/** Does it in one transaction with its line in the history and what is told outside, and gives the case as it is then. */
export async function actOnCase(deps: Deps, on: On, act: Act): Promise<Case> {
  const { project } = on.principal
  if (!project) throw new HubError('project_required')
  if (!isUuid(on.case_id)) throw new HubError('case_not_found')
  const now = deps.clock()
  const { row } = await deps.database.sql.begin(async (sql) => {
    await perform(sql, new Date(now), on, project.project_no, act)
    return { row: await findCase(sql, project.project_no, on.case_id) }
  })
  if (!row) throw new HubError('case_not_found')
  deps.bus.publish('outbox.ready.v1', {})
  return rowToCase(row, project.project_id, now)
}
