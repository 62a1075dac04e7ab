import type { CaseSettings } from '#shared/contract/case-settings.ts'
import type { News } from '#shared/events.ts'
import { severityName, severityRank } from '#shared/schema/case-words.ts'
import type { CaseState } from './case-state.ts'
import { clockFor, hurried, reopened, started } from './clocks.ts'
import type { CasePlan } from './plan-case.ts'
import { HUB, newsOf, outside, secondsBetween, type Deed } from './tell.ts'

/** A decision that belongs into a case. */
export type Opening = {
  decision_id: string
  project_no: number
  id_form: number
  trace_key: string
  trace_id: string | null
  reason_code: string
  severity: string
  rule: string | null
  policy_id: string | null
  policy_name: string
  plan: CasePlan
}

/** The case that a decision fell into, as it is then, and what there is to tell of it. */
export type Fallen = {
  opening: Opening
  state: CaseState
  /** The case before, where this one takes its place. */
  closed: CaseState | null
  deeds: Deed[]
  news: News[]
}

/** Repeats are told when there are so many. */
const TOLD_AT = new Set([10, 100, 1000])
/** Repeats of what was a false alarm stand in the history when there are so many. */
const NOTED_AT = new Set([1, ...TOLD_AT])

const deed = (state: CaseState, at: Date, event: string, more: Partial<Deed> = {}): Deed => ({
  at,
  case_id: state.case_id,
  project_no: state.project_no,
  actor: HUB,
  event,
  from_status: state.status,
  to_status: state.status,
  comment: null,
  detail: {},
  ...more,
})

function open(opening: Opening, settings: CaseSettings, now: Date): Omit<Fallen, 'closed'> {
  const { plan, decision_id, project_no, id_form, trace_key, trace_id } = opening
  const { reason_code, rule, policy_id, policy_name } = opening
  const severity = severityRank(opening.severity)
  const clock = clockFor(settings, severity, plan)
  const state: CaseState = {
    ...{ decision_id, project_no, id_form, trace_key, trace_id, reason_code, rule, policy_id, policy_name },
    case_id: Bun.randomUUIDv7(),
    fingerprint: plan.fingerprint,
    grouping: plan.grouping,
    assignee: plan.assignee,
    ...clock,
    ...started(now, clock),
    status: 'open',
    outcome: null,
    severity,
    occurrences: 1,
    suppressed: 0,
    regression: false,
    gathers: true,
    version: 1,
    created_at: now,
    updated_at: now,
    last_seen_at: now,
    acknowledged_at: null,
    resolved_at: null,
  }
  const detail = { severity: severityName(severity), decision_id: opening.decision_id }
  const deeds = [deed(state, now, 'opened', { from_status: null, detail })]
  return { opening, state, deeds, news: [newsOf('case.opened', state)] }
}

/** One more of what is there; it is told at round numbers, and when it is worse than those before. */
function group(
  before: CaseState,
  opening: Opening,
  settings: CaseSettings,
  now: Date,
): Omit<Fallen, 'closed'> {
  const severity = severityRank(opening.severity)
  const rises = severity > before.severity
  const state: CaseState = {
    ...before,
    occurrences: before.occurrences + 1,
    last_seen_at: now,
    ...(rises && {
      ...hurried(before, now, clockFor(settings, severity, opening.plan)),
      severity,
      updated_at: now,
      version: before.version + 1,
    }),
  }
  const deeds: Deed[] = []
  const { occurrences } = state
  if (TOLD_AT.has(occurrences)) deeds.push(deed(state, now, 'grouped', { detail: { occurrences } }))
  if (rises) {
    const detail = { from: severityName(before.severity), to: severityName(severity) }
    deeds.push(deed(state, now, 'severity_raised', { detail }))
  }
  return { opening, state, deeds, news: deeds.length > 0 ? [newsOf('case.grouped', state)] : [] }
}

/** One more of what a person called a false alarm: it stays resolved. */
function suppress(before: CaseState, opening: Opening, now: Date): Omit<Fallen, 'closed'> {
  const suppressed = before.suppressed + 1
  const occurrences = before.occurrences + 1
  const state = { ...before, occurrences, suppressed, last_seen_at: now }
  const deeds = NOTED_AT.has(suppressed) ? [deed(state, now, 'suppressed', { detail: { suppressed } })] : []
  return { opening, state, deeds, news: [] }
}

/** It came again after it had been resolved. */
function recur(
  before: CaseState,
  resolved_at: Date,
  opening: Opening,
  settings: CaseSettings,
  now: Date,
): Omit<Fallen, 'closed'> {
  const open_again: CaseState = { ...before, ...reopened(before, now), regression: true, gathers: true }
  const { state, deeds } = group(open_again, opening, settings, now)
  const detail = { regression: true, after_seconds: secondsBetween(resolved_at, now) }
  const payload = { ...outside(state), actor: HUB, regression: true }
  return {
    opening,
    state,
    deeds: [deed(before, now, 'reopened', { to_status: 'open', detail }), ...deeds],
    news: [{ project_no: state.project_no, event: 'case.reopened', payload }],
  }
}

/** What becomes of a decision, given the case that its fingerprint has so far. */
export function fallInto(
  current: CaseState | null,
  opening: Opening,
  settings: CaseSettings,
  now: Date,
): Fallen {
  if (current === null) return { ...open(opening, settings, now), closed: null }
  const { resolved_at } = current
  if (resolved_at === null) {
    if (secondsBetween(current.last_seen_at, now) <= settings.group_window_seconds)
      return { ...group(current, opening, settings, now), closed: null }
    return { ...open(opening, settings, now), closed: { ...current, gathers: false } }
  }
  if (secondsBetween(resolved_at, now) > settings.reopen_window_seconds)
    return { ...open(opening, settings, now), closed: null }
  if (current.outcome === 'false_positive') return { ...suppress(current, opening, now), closed: null }
  return { ...recur(current, resolved_at, opening, settings, now), closed: null }
}
