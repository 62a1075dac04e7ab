import { shortMemory } from '#shared/http/short-memory.ts'
import type { Judge } from '#shared/policy/policy.ts'
import type { Deps } from '#shared/service.ts'
import { deadline } from '#shared/store/deadline.ts'
import { dayOf } from '#shared/time.ts'
import { JudgeError } from './judge.ts'

const NANO = 1e9
const DEADLINE_MS = 500
const MOST_TALLIES = 10_000

/** What judges may cost a project on a UTC day. */
export type Budget = {
  /** Throws `budget` when the day's is spent, `budget_unknown` when that cannot be told. */
  check(project_no: number, judge: Judge): Promise<void>
  /** Notes what a call of this process has cost; the decision that it was for writes it down later. */
  spend(project_no: number, judge: Judge, cost_nano: number | null): void
}

/** Budgets over `judge_spending`, read at most once a second, and over what this process has spent itself. */
export function openBudget({ database, clock }: Pick<Deps, 'database' | 'clock'>): Budget {
  const own = new Map<string, number>()
  const keyOf = (project_no: number, { name }: Judge) => `${project_no} ${name} ${dayOf(clock() * 1000)}`

  const stored = shortMemory<{ cost_nano: number }>(clock, async (key) => {
    const [project_no = '', judge = '', day = ''] = key.split(' ')
    const [row] = await deadline(
      database.sql<{ cost_nano: number }[]>`
        select cost_nano::float8 as cost_nano from judge_spending
        where project_no = ${Number(project_no)} and judge = ${judge} and day = ${day}::text::date`,
      DEADLINE_MS,
    )
    return row ?? { cost_nano: 0 }
  })

  return {
    async check(project_no, judge) {
      if (judge.usd_per_day === null) return
      const key = keyOf(project_no, judge)
      const spent = await stored.get(key).catch(() => {
        throw new JudgeError('budget_unknown')
      })
      const most = Math.max(spent?.cost_nano ?? 0, own.get(key) ?? 0)
      if (most >= judge.usd_per_day * NANO) throw new JudgeError('budget')
    },
    spend(project_no, judge, cost_nano) {
      if (judge.usd_per_day === null || !cost_nano) return
      const key = keyOf(project_no, judge)
      if (own.size >= MOST_TALLIES) own.clear()
      own.set(key, (own.get(key) ?? 0) + cost_nano)
    },
  }
}
