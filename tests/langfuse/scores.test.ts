import { afterAll, expect, test } from 'bun:test'
import { getTrace } from '#shared/contract/traces.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { at, openHub } from '../query/open-hub.ts'

const hub = await openHub()
afterAll(hub.stop)

async function post(project: TestProject, body: unknown) {
  const authorization = `Basic ${btoa(`pk-any:${project.key}`)}`
  const answer = await hub.api.request('POST', '/api/public/scores', { body, headers: { authorization } })
  return { status: answer.status, said: (await answer.json()) as unknown }
}

const evaluationsOf = async (project: TestProject, trace_id: string) =>
  (await hub.ask(project, getTrace, { params: { trace_id } })).evaluations

const score = (more: object = {}) => ({ id: 's-1', traceId: 'scored', name: 'tone', value: 0.9, ...more })

test('a list of scores is accepted whole, and told again it is stored once', async () => {
  const project = await hub.mint()
  const list = [score({ timestamp: at(1) }), score({ id: 's-2', name: 'length', value: 0.2 })]
  const accepted = { status: 202, said: { message: 'Accepted' } }
  expect([await post(project, list), await post(project, list)]).toEqual([accepted, accepted])
  const evaluations = await evaluationsOf(project, 'scored')
  expect(evaluations).toHaveLength(2)
  expect(evaluations.find(({ eval_name }) => eval_name === 'tone')).toMatchObject({
    ...{ score: 0.9, passed: true, eval_model: 'langfuse', created_at: new Date(at(1)).toISOString() },
  })
  expect(evaluations.find(({ eval_name }) => eval_name === 'length')).toMatchObject({ passed: false })
})

test('the bad ones of a list are told, and the good ones kept', async () => {
  const project = await hub.mint()
  const { status, said } = await post(project, [score(), score({ id: 's-2', traceId: null }), 7])
  expect(status).toBe(207)
  expect(said).toMatchObject({ accepted: 1, rejected: 2 })
  expect(JSON.stringify(said)).toContain('score 1: ')
  expect(await evaluationsOf(project, 'scored')).toHaveLength(1)
})

test('one score alone is answered with its id; a bad one is 422 and stores nothing', async () => {
  const project = await hub.mint()
  expect(await post(project, score())).toEqual({ status: 200, said: { id: 's-1' } })
  const { id: _id, ...nameless } = score({ name: 'pace' })
  const [first, again] = [await post(project, nameless), await post(project, nameless)]
  expect([first.status, again]).toEqual([200, first])
  expect((await post(project, score({ id: 's-3', name: '' }))).status).toBe(422)
  expect(await evaluationsOf(project, 'scored')).toHaveLength(2)
})
