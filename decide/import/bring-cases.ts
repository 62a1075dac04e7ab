import { idKey } from '#shared/ids.ts'
import { textOr } from '#shared/mvp/settle.ts'
import { readRow, type Bringing, type Read, type Step } from '#shared/mvp/step.ts'
import { count, refuse, settle } from '#shared/mvp/tally.ts'
import { isCaseStatus, severityName, severityRank, type CaseStatus } from '#shared/schema/case-words.ts'
import { readCaseSettings } from '#shared/store/case-settings.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { readTime } from '#shared/time.ts'
import { insertCases, type CaseState } from '../cases/case-state.ts'
import { clockFor, started } from '../cases/clocks.ts'
import { secondsBetween, writeHistory, type Deed } from '../cases/tell.ts'

/** Who did it: the MVP did not say. */
const BY = 'mvp'

type Home = {
  decision_id: string
  policy_id: string | null
  policy_name: string
  severity: string
  id_form: number
  trace_key: string
  trace_id: string | null
}

type Times = { created_at: Date; acknowledged_at: Date | null; resolved_at: Date | null }

const dateOf = (value: unknown): Date | null => {
  const micros = readTime(textOr(value) ?? '')
  return micros === null ? null : new Date(Math.floor(micros / 1000))
}

/** The times that go with a status; the MVP kept those of a status before, and guarded none. */
function timesOf({ said }: Read, status: CaseStatus, now: Date): Times & { is_changed: boolean } {
  const created_at = dateOf(said['created_at']) ?? now
  const [acked, resolved] = [dateOf(said['acknowledged_at']), dateOf(said['resolved_at'])]
  const resolved_at = status === 'resolved' ? (resolved ?? acked ?? created_at) : null
  const acknowledged_at = status === 'open' ? null : (acked ?? resolved_at ?? created_at)
  const is_changed =
    acked?.getTime() !== acknowledged_at?.getTime() || resolved?.getTime() !== resolved_at?.getTime()
  return { created_at, acknowledged_at, resolved_at, is_changed }
}

/** A case named its trace and reason: it was opened by the last decision of that kind before it which opened no other. */
async function findHome(
  tx: Transaction,
  { project, said }: Read,
  created_at: Date,
): Promise<Home | undefined> {
  const [row] = await tx<Home[]>`
    select d.decision_id, d.policy_id, d.policy_name, d.severity, d.id_form, d.trace_key, d.trace_id
    from decisions d
    where d.project_no = ${project.project_no} and d.trace_key = ${idKey(textOr(said['trace_id']) ?? '')}
      and d.action = 'ESCALATE' and d.reason_code = ${textOr(said['reason_code']) ?? ''}
      and not exists (select from case_traces l where l.decision_id = d.decision_id)
    order by d.created_at > ${new Date(created_at.getTime() + 1000)}, d.created_at desc limit 1`
  return row
}

function toState(
  id: string,
  { project, said }: Read,
  home: Home,
  times: Times,
  clock: Pick<CaseState, 'ack_seconds' | 'resolve_seconds'>,
  now: Date,
): CaseState {
  const { severity: word, ...of } = home
  const { created_at, acknowledged_at, resolved_at } = times
  const clocks = started(created_at, clock)
  // What was late there already is not told as news.
  const missed = (due: Date) => (due < now ? now : null)
  return {
    ...of,
    case_id: id,
    project_no: project.project_no,
    reason_code: textOr(said['reason_code']) ?? '',
    rule: null,
    fingerprint: `mvp:${id}`,
    grouping: {},
    ...clock,
    ...clocks,
    ack_breached_at: missed(clocks.ack_due_at),
    resolve_breached_at: missed(clocks.resolve_due_at),
    status: resolved_at ? 'resolved' : acknowledged_at ? 'acknowledged' : 'open',
    outcome: null,
    assignee: textOr(said['assignee']),
    severity: severityRank(word),
    occurrences: 1,
    suppressed: 0,
    regression: false,
    // The MVP never grouped: a repeat opens a case of its own.
    gathers: false,
    version: 1,
    created_at,
    updated_at: resolved_at ?? acknowledged_at ?? created_at,
    last_seen_at: created_at,
    acknowledged_at,
    resolved_at,
  }
}

/** What the history can tell of it. */
function deedsOf(state: CaseState): Deed[] {
  const { case_id, project_no, assignee, created_at, acknowledged_at, resolved_at } = state
  const deed = (
    at: Date,
    event: string,
    from_status: CaseStatus | null,
    to_status: CaseStatus,
    detail: Deed['detail'],
  ): Deed => ({
    ...{ at, case_id, project_no, actor: BY, event, from_status, to_status, comment: null, detail },
  })
  const detail = { severity: severityName(state.severity), decision_id: state.decision_id }
  const after = (at: Date) => ({ assignee, after_seconds: secondsBetween(created_at, at) })
  return [
    deed(created_at, 'opened', null, 'open', detail),
    ...(acknowledged_at
      ? [deed(acknowledged_at, 'acknowledged', 'open', 'acknowledged', after(acknowledged_at))]
      : []),
    ...(resolved_at
      ? [deed(resolved_at, 'resolved', 'acknowledged', 'resolved', { outcome: null, ...after(resolved_at) })]
      : []),
  ]
}

async function bringCase({ deps, sql, tally }: Bringing, read: Read): Promise<void> {
  const { id, project, said } = read
  const status = textOr(said['status']) ?? ''
  if (!isCaseStatus(status)) return refuse(tally, 'cases', id, 'its status is none')
  const now = new Date(deps.clock())
  const { is_changed, ...times } = timesOf(read, status, now)
  const outcome = await sql.begin(async (tx) => {
    const [held] = await tx`select from cases where project_no = ${project.project_no} and case_id = ${id}`
    if (held) return 'there'
    const home = await findHome(tx, read, times.created_at)
    if (!home) return 'homeless'
    const settings = await readCaseSettings(tx, project.project_no)
    const clock = clockFor(settings, severityRank(home.severity), {
      ack_seconds: null,
      resolve_seconds: null,
    })
    const state = toState(id, read, home, times, clock, now)
    await insertCases(tx, [state])
    await tx`
      insert into case_traces (at, decision_id, case_id, project_no, id_form, trace_key, trace_id)
      values (${times.created_at}, ${home.decision_id}, ${id}, ${project.project_no}, ${home.id_form}, ${home.trace_key},
        ${home.trace_id})`
    await writeHistory(tx, deedsOf(state))
    return 'added'
  })
  if (outcome === 'homeless') return refuse(tally, 'cases', id, 'the decision that opened it is not here')
  count(tally, 'cases', outcome === 'there' ? 'there' : 'added')
  if (outcome === 'added' && is_changed)
    settle(tally, 'cases whose times did not go with their status: the status counts')
}

/** Cases under their ids, each on its decision, with a history of what is known of it. Nobody is told of them again. */
export const bringCases: Step = {
  table: 'cases',
  async bring(bringing, rows) {
    for (const row of rows) {
      const read = readRow(bringing, 'cases', row)
      if (read) await bringCase(bringing, read)
    }
  },
}
