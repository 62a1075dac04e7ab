import { afterAll, expect, test } from 'bun:test'
import { testApi } from '#shared/testing/api.ts'
import { testDeps, testUrl } from '#shared/testing/deps.ts'
import { decide as decideService } from '../../decide/service.ts'
import { openCasesHub } from './open-cases-hub.ts'

const hub = await openCasesHub()
const others = await Promise.all([1, 2, 3].map(async () => testDeps(testUrl)))
const services = await Promise.all(others.map(decideService))
afterAll(async () => {
  for (const service of services) await service.stop()
  for (const deps of others) await deps.stop()
  await hub.stop()
})
const { open, decide, only, history, told } = hub

test('200 parallel ESCALATEs of one fingerprint are one case with 200 occurrences, and it is told once that it opened', async () => {
  const { project } = await open()
  const decisions = await Promise.all(Array.from({ length: 200 }, () => decide(project, 'person')))
  const found = await only(project)
  expect(found).toMatchObject({ occurrences: 200, status: 'open', version: 1 })
  expect(new Set(decisions.map(({ case_id }) => case_id))).toEqual(new Set([found.id]))
  expect(await told(project)).toEqual(['case.opened', 'case.grouped', 'case.grouped'])
  const [links] = await hub.sql<{ n: number; traces: number }[]>`
    select count(*)::int as n, count(distinct trace_key)::int as traces from case_traces where case_id = ${found.id}`
  expect(links).toEqual({ n: 200, traces: 200 })
  const events = (await history(project, found.id)).map(({ event, detail }) => [event, detail['occurrences']])
  expect(events).toEqual([
    ['opened', undefined],
    ['grouped', 10],
    ['grouped', 100],
  ])
})

test('four processes that escalate the same at once open one case, and no decision fails', async () => {
  const apis = [hub.api, ...services.map(({ routes }, at) => testApi(others[at] ?? hub.deps, routes))]
  for (let round = 0; round < 5; round++) {
    const { project } = await open()
    const ask = async (n: number) => {
      const body = { idempotency_key: `${n}`, input: 'a', output: 'b', request_payload: { kind: 'person' } }
      const answer = await apis[n % apis.length]?.request('POST', '/api/v1/decide', {
        key: project.key,
        body,
      })
      return answer?.status
    }
    const statuses = await Promise.all(Array.from({ length: 40 }, (_, n) => ask(n)))
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(await only(project)).toMatchObject({ occurrences: 40 })
    expect((await told(project)).filter((event) => event === 'case.opened')).toHaveLength(1)
  }
}, 60_000)
