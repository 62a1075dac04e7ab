import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { otlpRequest } from '#shared/testing/otlp.ts'
import { choice, graph, spansOf, visit } from '../otlp/langgraph-wire.ts'
import { mainOf, openUi } from './open-ui.ts'

const hub = await openUi()
afterAll(hub.stop)

/** A graph that an app of LangGraph sent by OpenInference; one way is on the wire, two are not. */
async function play() {
  const project = await hub.mint()
  const run = graph([
    visit('plan', 1, { inside: [choice('plan')] }),
    visit('plan', 2),
    visit('left', 3),
    visit('right', 3),
  ])
  const { trace, spans } = spansOf(run, 'openinference')
  const { status } = await hub.api.request('POST', '/v1/traces', {
    key: project.key,
    body: otlpRequest(spans),
  })
  expect(status).toBe(200)
  return { path: `/traces/${trace}`, query: `project_id=${project.project_id}` }
}

const edgesOf = (page: string, kind: string) =>
  [...page.matchAll(new RegExp(`<g class="graph-edge is-${kind}"`, 'g'))].length

test('a way on the wire is drawn as taken, one that follows from the steps as inferred, and the legend says which', async () => {
  const { path, query } = await play()
  const page = mainOf(await hub.page(`${path}?view=graph&${query}`))
  expect([edgesOf(page, 'taken'), edgesOf(page, 'inferred'), edgesOf(page, 'declared')]).toEqual([1, 2, 0])
  expect(page).toContain('inferred from the steps')
  expect(mainOf(await hub.page(`${path}?view=graph&${query}&lang=ko`))).toContain('단계 순서로 추정한 길')
})

test('an inferred way is a dashed line, and a taken one is not', async () => {
  const css = await Bun.file(join(import.meta.dir, '../../ui/static/app.css')).text()
  const ruleOf = (kind: string) =>
    new RegExp(`\\.graph-edge\\.is-${kind} path \\{([^}]*)\\}`).exec(css)?.[1] ?? ''
  expect(ruleOf('inferred')).toContain('stroke-dasharray')
  expect(ruleOf('taken')).not.toContain('stroke-dasharray')
})

test('the visits of a node name their steps', async () => {
  const { path, query } = await play()
  const page = mainOf(await hub.page(`${path}/nodes/plan?${query}`))
  expect(page.match(/step \d/g)).toEqual(['step 1', 'step 2'])
  expect(mainOf(await hub.page(`${path}/nodes/plan?${query}&lang=ko`))).toContain('2단계')
})
