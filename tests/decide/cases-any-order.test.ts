import { afterAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Case } from '#shared/contract/cases.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { announceBreaches } from '../../decide/cases/announce-breaches.ts'
import { DAY, HOUR, openCasesHub } from './open-cases-hub.ts'

const hub = await openCasesHub()
afterAll(hub.stop)

/** In which statuses each act can be done. */
const MAY: Record<string, readonly string[]> = {
  ack: ['open'],
  resolve: ['open', 'acknowledged'],
  reopen: ['resolved'],
  assign: ['open', 'acknowledged'],
  comment: ['open', 'acknowledged', 'resolved'],
}
const OUTCOMES = [null, 'true_positive', 'false_positive', 'policy_gap', 'duplicate', 'wont_fix'] as const
const CHANGES = new Set(['acknowledged', 'resolved', 'reopened', 'assigned', 'commented', 'severity_raised'])

type Step = { name: string; which: number; outcome: (typeof OUTCOMES)[number]; wait: number }

const step = fc.record({
  name: fc.constantFrom('repeat', 'repeat', 'look', ...Object.keys(MAY)),
  which: fc.nat(3),
  outcome: fc.constantFrom(...OUTCOMES),
  wait: fc.constantFrom(0, 1000, HOUR, 25 * HOUR, 8 * DAY, 15 * DAY),
})

function bodyOf({ name, outcome }: Step) {
  if (name === 'resolve') return { outcome }
  if (name === 'assign') return { assignee: outcome }
  return name === 'comment' ? { comment: 'a word' } : {}
}

/** What must be so of a case at any time. */
function isPossible({ status, outcome, acknowledged_at, resolved_at, due_at }: Case) {
  expect([status, acknowledged_at !== null, resolved_at !== null, due_at !== null]).toEqual([
    status,
    status !== 'open',
    status === 'resolved',
    status !== 'resolved',
  ])
  if (status !== 'resolved') expect(outcome).toBeNull()
}

/** The history leads from nothing to where the case stands, without a gap. */
async function isExplained(project: TestProject, found: Case) {
  const lines = await hub.history(project, found.id)
  let status: string | null = null
  for (const { from_status, to_status } of lines) {
    expect(from_status).toBe(status as typeof from_status)
    status = to_status
  }
  expect(status).toBe(found.status)
  expect(lines.filter(({ event }) => event === 'opened')).toHaveLength(1)
  expect(found.version).toBe(1 + lines.filter(({ event }) => CHANGES.has(event)).length)
  const resolved = lines.findLast(({ event }) => event === 'resolved')
  if (found.status === 'resolved') expect(resolved?.detail['outcome']).toBe(found.outcome)
  if (found.regression) expect(lines.some(({ detail }) => detail['regression'] === true)).toBe(true)
}

async function take(project: TestProject, one: Step): Promise<number> {
  if (one.name === 'repeat') {
    await hub.decide(project, 'person')
    return 1
  }
  const cases = await hub.list(project)
  const found = cases[one.which % Math.max(1, cases.length)]
  if (one.name === 'look') await announceBreaches(hub.deps)
  else if (found) {
    const { status } = await hub.act(project, `${found.id}/${one.name}`, bodyOf(one))
    expect([one.name, found.status, status]).toEqual([
      one.name,
      found.status,
      MAY[one.name]?.includes(found.status) ? 200 : 409,
    ])
  }
  return 0
}

test('whatever is done in whatever order, each case is in a possible state that its history explains', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const { project } = await hub.open()
      let at = 0
      let decided = 0
      for (const one of steps) {
        at += one.wait
        hub.later(at)
        decided += await take(project, one)
        for (const found of await hub.list(project)) isPossible(found)
      }
      const cases = await hub.list(project)
      for (const found of cases) await isExplained(project, found)
      expect(cases.reduce((sum, { occurrences }) => sum + occurrences, 0)).toBe(decided)
      const [open] = await hub.sql<{ n: number }[]>`
        select count(*)::int as n from cases
        where project_no = ${await hub.numberOf(project)} and gathers and status <> 'resolved'`
      expect(open?.n).toBeLessThanOrEqual(1)
    }),
    { numRuns: 25 },
  )
}, 120_000)
