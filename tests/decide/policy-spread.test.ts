import { afterAll, expect, test } from 'bun:test'
import { natsBus } from '#shared/bus/nats.ts'
import * as contract from '#shared/contract/policies.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { testNats } from '#shared/testing/server.ts'
import { until } from '#shared/testing/until.ts'
import { openPolicyBook } from '../../decide/policies/policy-book.ts'
import { openPolicies, rules } from './open-policies.ts'

const hub = await openPolicies()
const { ask, create } = hub
const stops: (() => unknown)[] = [hub.stop]
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop()
})

/** The book of another process: nothing is shared with the first but the database, and a bus when it has one. */
async function otherBook(bus?: Awaited<ReturnType<typeof natsBus>>) {
  const deps = await testDeps()
  const book = openPolicyBook(bus ? { ...deps, bus } : deps)
  stops.push(deps.stop, book.stop)
  return { book, deps }
}

test('another process follows an activation, a rollback and an end without a notice', async () => {
  const project = await hub.mint()
  const project_no = await hub.numberOf(project)
  const { book } = await otherBook()
  const version = async () => (await book.inForce(project_no)).version
  expect((await book.inForce(project_no)).name).toBe('builtin')
  const { policy } = await create(project, rules('ONE'), { active: true })
  const params = { policy_id: policy.id }
  await until('version 1 decides there', async () => (await version()) === 1)
  await ask(project, contract.createPolicyVersion, {
    params,
    body: { definition: rules('TWO'), active: true },
  })
  await until('version 2 decides there', async () => (await version()) === 2)
  await ask(project, contract.rollbackPolicy, { params })
  await until('version 1 decides there again', async () => (await version()) === 1)
  await ask(project, contract.deactivatePolicy, { params })
  await until('none does', async () => (await version()) === null)
})

test('what one process schedules another takes over at its time, without a notice', async () => {
  const project = await hub.mint()
  const project_no = await hub.numberOf(project)
  const { book, deps } = await otherBook()
  await book.inForce(project_no)
  const at = Date.now() + 3_600_000
  await create(project, rules('LATER'), { active: true, effective_from: new Date(at).toISOString() })
  deps.setClock(at)
  await until('it has taken over', async () => (await book.inForce(project_no)).version === 1)
  await until('it is written down for those whose clock is behind', async () => {
    const [listed] = await ask(project, contract.listPolicies)
    return listed?.active_version === 1 && listed.scheduled_version === null
  })
})

test('what was asked of the database before a change is not remembered after its notice', async () => {
  const project = await hub.mint()
  const project_no = await hub.numberOf(project)
  const { book, deps } = await otherBook()
  const early = book.inForce(project_no)
  await create(project, rules('ONE'), { active: true })
  deps.bus.publish('policy.activated.v1', { project_no })
  await early
  expect((await book.inForce(project_no)).version).toBe(1)
})

suiteThatNeeds('nats', 'policies over NATS', () => {
  test('the notice alone carries an activation to another process', async () => {
    const server = testNats()
    await server.start()
    const buses = [await natsBus(server.url, hub.deps.log), await natsBus(server.url, hub.deps.log)] as const
    stops.push(server.stop, ...buses.map(({ stop }) => stop))
    const forward = hub.deps.bus.subscribe('policy.activated.v1', (notice) =>
      buses[0].publish('policy.activated.v1', notice),
    )
    stops.push(forward)
    const heard: number[] = []
    buses[1].subscribe('policy.activated.v1', ({ project_no }) => void heard.push(project_no))
    const project = await hub.mint()
    const project_no = await hub.numberOf(project)
    const { book } = await otherBook(buses[1])
    await until('the two are connected', () => {
      buses[0].publish('policy.activated.v1', { project_no: 0 })
      return heard.includes(0)
    })
    expect((await book.inForce(project_no)).version).toBeNull()
    await create(project, rules('ONE'), { active: true })
    await until('the notice is heard', () => heard.includes(project_no))
    expect((await book.inForce(project_no)).version).toBe(1)
  })
})
