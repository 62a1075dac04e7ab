import type { Decided } from './decider.ts'
import type { Stack } from './stack.ts'

const SETTLE_MS = 60_000
const PAUSE_MS = 250

type Row = { key: string; id: string; case_id: string | null; action: string }
type CaseRow = { case_id: string; user: string | null; occurrences: number }
type Sent = { id: string; event: string; about: string; state: string }

const sameAs = (one: readonly string[], other: readonly string[]): boolean =>
  Bun.deepEquals(one.toSorted(), other.toSorted())

/**
 * Waits until nothing is left to be sent. What was put off (by a failed try until the next, by a killed process until its
 * claim ends) is brought forward: the schedule has tests of its own.
 */
async function settleDeliveries({ postgres: { sql } }: Stack, wrong: (what: string) => void) {
  for (const late = performance.now() + SETTLE_MS; performance.now() < late; await Bun.sleep(PAUSE_MS)) {
    const [left] = await sql<[{ events: number; pending: number }]>`
      select (select count(*)::int from outbox) as events,
        (select count(*)::int from deliveries where state = 'pending') as pending`
    if (left.events + left.pending === 0) return
    await sql`update deliveries set due_at = now() where state = 'pending' and due_at > now() + interval '2 s'`
    await Bun.sleep(PAUSE_MS * 8)
  }
  wrong('events or deliveries are left that were not sent')
}

/** Compares the decisions and cases of a project with what its deciders were answered. */
async function judgeDecided({ postgres: { sql } }: Stack, project_id: string, answered: Decided['answered']) {
  const decisions = await sql<Row[]>`
    select d.idempotency_key as key, d.decision_id as id, d.action,
      (select c.case_id from case_traces c where c.decision_id = d.decision_id) as case_id
    from decisions d join projects p using (project_no) where p.project_id = ${project_id}`
  const cases = await sql<CaseRow[]>`
    select c.case_id, c.grouping ->> 'request.user' as user, c.occurrences::int
    from cases c join projects p using (project_no) where p.project_id = ${project_id}`
  const stored = new Map(decisions.map((row) => [row.key, row]))
  const stopped = [...answered.values()].filter(({ user }) => user !== null)
  const by_user = Map.groupBy(stopped, ({ user }) => user)
  return {
    decisions: answered.size,
    lost: [...answered.keys()].filter((key) => !stored.has(key)).length,
    doubled: decisions.length - stored.size,
    unasked: [...stored.keys()].filter((key) => !answered.has(key)).length,
    unlike: [...answered].filter(([key, { id, action, case_id }]) => {
      const row = stored.get(key)
      return row !== undefined && (row.id !== id || row.action !== action || row.case_id !== case_id)
    }).length,
    cases: by_user.size,
    cases_lost: [...by_user.keys()].filter((user) => !cases.some((one) => one.user === user)).length,
    cases_doubled: cases.length - new Set(cases.map(({ user }) => user)).size,
    cases_miscounted: cases.filter((one) => one.occurrences !== (by_user.get(one.user)?.length ?? 0)).length,
  }
}

/** Whether each decision that stopped an answer and each case was announced once, and each announcement taken at least once by the receiver. */
async function judgeSent({ postgres: { sql }, receiver }: Stack, project_id: string) {
  const sent = await sql<Sent[]>`
    select d.delivery_id as id, d.event, coalesce(d.payload ->> 'case_id', d.payload ->> 'decision_id') as about, d.state
    from deliveries d join projects p using (project_no)
    where p.project_id = ${project_id} and d.event in ('decision.blocked', 'case.opened')`
  const [made] = await sql<[{ decisions: string[]; cases: string[] }]>`
    select array(select decision_id::text from decisions where project_no = p.project_no and action = 'BLOCK') as decisions,
      array(select case_id::text from cases where project_no = p.project_no) as cases
    from projects p where p.project_id = ${project_id}`
  const told = (event: string) => sent.filter((one) => one.event === event).map(({ about }) => about)
  return {
    webhooks: sent.length,
    webhooks_lost: sent.filter(({ id, state }) => state !== 'delivered' || !receiver.taken.has(id)).length,
    decisions_untold: Number(!sameAs(told('decision.blocked'), made.decisions)),
    cases_untold: Number(!sameAs(told('case.opened'), made.cases)),
  }
}

/** What must be there; everything else must be nothing. */
const COUNTED = new Set(['decisions', 'cases', 'webhooks'])

/** The sum over all projects that decide; each thing that is not as promised goes to `wrong`. */
export async function judgeDecisions(
  stack: Stack,
  projects: Map<string, Decided[]>,
  wrong: (what: string) => void,
): Promise<Record<string, number>> {
  await settleDeliveries(stack, wrong)
  const sum: Record<string, number> = {}
  for (const [project_id, deciders] of projects) {
    const answered = new Map(deciders.flatMap((decider) => [...decider.answered]))
    const judged = {
      ...(await judgeDecided(stack, project_id, answered)),
      ...(await judgeSent(stack, project_id)),
    }
    for (const [what, count] of Object.entries(judged)) sum[what] = (sum[what] ?? 0) + count
  }
  for (const [what, count] of Object.entries(sum)) {
    if (COUNTED.has(what) ? count === 0 : count > 0) wrong(`${what}: ${count}`)
  }
  const repeats = [...stack.receiver.taken.values()].reduce((all, times) => all + times - 1, 0)
  return { ...sum, webhooks_taken_again: repeats }
}
