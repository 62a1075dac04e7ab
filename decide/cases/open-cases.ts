import type postgres from 'postgres'
import type { CaseSettings } from '#shared/contract/case-settings.ts'
import type { News } from '#shared/events.ts'
import { arrayLiteral } from '#shared/store/array-literal.ts'
import { announce } from '#shared/store/announce.ts'
import { readCaseSettings } from '#shared/store/case-settings.ts'
import { holdFingerprints, insertCases, lockCases, saveCases, type CaseState } from './case-state.ts'
import { fallInto, type Fallen, type Opening } from './fall-into-case.ts'
import type { CasePlan } from './plan-case.ts'
import { writeHistory, type Deed } from './tell.ts'

/** A decision that was just written, and the case that it belongs into; null for none. */
type DecidedRow = Omit<Opening, 'plan'> & { case_plan: CasePlan | null }

const keyOf = (project_no: number, fingerprint: string) => `${project_no} ${fingerprint}`

/** The case of each fingerprint that a decision may fall into: the one that takes repeats in, else the last resolved. */
async function findCurrent(sql: postgres.ISql, openings: readonly Opening[]): Promise<CaseState[]> {
  const found = await sql<{ case_id: string }[]>`
    select coalesce(
      (select c.case_id from cases c
       where c.project_no = f.project_no and c.fingerprint = f.fingerprint and c.status <> 'resolved' and c.gathers),
      (select c.case_id from cases c
       where c.project_no = f.project_no and c.fingerprint = f.fingerprint and c.status = 'resolved'
       order by c.resolved_at desc limit 1)) as case_id
    from (
      select distinct * from unnest(${arrayLiteral(openings.map(({ project_no }) => project_no))}::text::int[],
        ${arrayLiteral(openings.map(({ plan }) => plan.fingerprint))}::text::text[]) x(project_no, fingerprint)) f`
  return lockCases(
    sql,
    found.map(({ case_id }) => case_id).filter((case_id) => case_id !== null),
  )
}

async function settingsOf(sql: postgres.ISql, openings: readonly Opening[]) {
  const settings = new Map<number, CaseSettings>()
  const project_nos = new Set(openings.map(({ project_no }) => project_no))
  for (const project_no of project_nos) settings.set(project_no, await readCaseSettings(sql, project_no))
  return settings
}

async function linkTraces(sql: postgres.ISql, fallen: readonly Fallen[], now: Date): Promise<void> {
  const links = fallen.map(({ state, opening }) => ({
    at: now,
    decision_id: opening.decision_id,
    case_id: state.case_id,
    project_no: opening.project_no,
    id_form: opening.id_form,
    trace_key: opening.trace_key,
    trace_id: opening.trace_id,
  }))
  await sql`
    insert into case_traces (at, decision_id, case_id, project_no, id_form, trace_key, trace_id)
    select at, decision_id, case_id, project_no, id_form, trace_key, trace_id
    from jsonb_populate_recordset(null::case_traces, ${JSON.stringify(links)}::text::jsonb)`
}

/**
 * Opens cases for decisions, or groups them into the cases that are there; in the transaction that writes the decisions,
 * so that neither is without the other. Any number of processes may do so at once: each fingerprint is held by one. Gives
 * the case of each decision that has one.
 */
export async function openCases(
  sql: postgres.ISql,
  decided: readonly DecidedRow[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  const openings = decided.flatMap(({ case_plan: plan, ...row }) => (plan ? [{ ...row, plan }] : []))
  if (openings.length === 0) return new Map()
  await holdFingerprints(
    sql,
    openings.map(({ plan }) => plan.fingerprint),
  )
  const current = await findCurrent(sql, openings)
  const settings = await settingsOf(sql, openings)
  const cases = new Map(current.map((state) => [keyOf(state.project_no, state.fingerprint), state]))
  const states = new Map<string, CaseState>()
  const fallen: Fallen[] = []
  const deeds: Deed[] = []
  const news: News[] = []
  for (const opening of openings) {
    const key = keyOf(opening.project_no, opening.plan.fingerprint)
    const set = settings.get(opening.project_no)
    if (!set) throw new Error('the settings of a project were not read')
    const found = fallInto(cases.get(key) ?? null, opening, set, now)
    cases.set(key, found.state)
    if (found.closed) states.set(found.closed.case_id, found.closed)
    states.set(found.state.case_id, found.state)
    fallen.push(found)
    deeds.push(...found.deeds)
    news.push(...found.news)
  }
  const known = new Set(current.map(({ case_id }) => case_id))
  const all = [...states.values()]
  // Those that take no more repeats in must be so before their successors are there.
  await saveCases(
    sql,
    all.filter(({ case_id }) => known.has(case_id)),
  )
  await insertCases(
    sql,
    all.filter(({ case_id }) => !known.has(case_id)),
  )
  await linkTraces(sql, fallen, now)
  await writeHistory(sql, deeds)
  await announce(sql, news, now)
  return new Map(fallen.map(({ opening, state }) => [opening.decision_id, state.case_id]))
}
