import { afterAll, expect, test } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import { openCasesHub } from '../decide/open-cases-hub.ts'

const hub = await openCasesHub()
afterAll(hub.stop)

/** What the outbox has of a project at the moment in which each notice comes. */
async function heardWhile(project: TestProject, work: () => Promise<unknown>): Promise<string[][]> {
  const project_no = await hub.numberOf(project)
  const heard: Promise<string[]>[] = []
  const read = async () => {
    const rows = await hub.sql<{ event: string }[]>`
      select event from outbox where project_no = ${project_no} order by outbox_id`
    return rows.map(({ event }) => event)
  }
  const deafen = hub.deps.bus.subscribe('outbox.ready.v1', () => void heard.push(read()))
  await work()
  deafen()
  return Promise.all(heard)
}

test('a trace that fails wakes the sender once it is committed; one that does not wakes nobody', async () => {
  const project = await hub.mint()
  const send = (status: string) => () => hub.record(project, { trace_id: crypto.randomUUID(), status })
  expect(await heardWhile(project, send('success'))).toEqual([])
  expect(await heardWhile(project, send('error'))).toEqual([['trace.failed']])
})

test('a decision that is told wakes the sender once it is committed; a clean one wakes nobody', async () => {
  const { project } = await hub.open()
  await hub.sql`delete from outbox where project_no = ${await hub.numberOf(project)}`
  expect(await heardWhile(project, () => hub.decide(project, 'nothing'))).toEqual([])
  expect(await heardWhile(project, () => hub.decide(project, 'person'))).toEqual([
    ['case.opened', 'decision.made'],
  ])
})

test('each activation of a policy is told with who did it, a version that is only stored is not', async () => {
  const project = await hub.mint()
  expect(await heardWhile(project, () => hub.open())).not.toContainEqual(['policy.activated'])
  const heard = await heardWhile(project, () => hub.activate(project, { version: 2, rules: [] }))
  expect(heard).toEqual([['policy.activated']])
  const [row] = await hub.sql<{ payload: Record<string, unknown> }[]>`
    select payload from outbox where project_no = ${await hub.numberOf(project)}`
  expect(row?.payload).toMatchObject({ policy: 'default-safety', version: 1 })
  expect(String(row?.payload['actor'])).toMatch(/^[0-9a-f-]{36}$/)
})
