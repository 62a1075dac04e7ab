import { afterAll, expect, test } from 'bun:test'
import { otlpRequest } from '#shared/testing/otlp.ts'
import { graph, spansOf, visit } from '../otlp/langgraph-wire.ts'
import { HOSTILE, mainOf, openUi, valuesOf } from './open-ui.ts'

const hub = await openUi()
afterAll(hub.stop)

const ASKED = '00000000000000a1'
const ANSWERED = '00000000000000a2'

/** A run that asked a person, and the run that went on with the answer. */
async function play(name = 'shop') {
  const project = await hub.mint()
  const task = crypto.randomUUID()
  const error = { type: 'GraphInterrupt', message: '[{"value":"may I?"}]' }
  const runs = [
    graph([visit('plan', 1), visit('approve', 2, { task, error, id: ASKED })], name),
    { name, inside: [visit('approve', 2, { task, id: ANSWERED })] },
  ]
  const [asked = '', answered = ''] = await Promise.all(
    runs.map(async (run, at) => {
      const { trace, spans } = spansOf(run, 'openinference', { from: at * 60 })
      const body = otlpRequest(spans)
      const { status } = await hub.api.request('POST', '/v1/traces', { key: project.key, body })
      expect(status).toBe(200)
      return trace
    }),
  )
  const to = (trace: string, more: string) => `/traces/${trace}${more}project_id=${project.project_id}`
  return { asked, answered, to }
}

/** Where the page leads for a question or its answer, and in which words. */
async function linksOf(path: string) {
  const [, list = ''] = /<ul class="resumptions".*?>(.*?)<\/ul>/s.exec(mainOf(await hub.page(path))) ?? []
  const words = list.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
  return { words, hrefs: valuesOf(list, 'href').map((href) => href.replace(/project_id=[^&]+&?/, '')) }
}

test('the graph of a run that asked leads to the visit that went on, and back', async () => {
  const { asked, answered, to } = await play()
  const before = await linksOf(to(asked, '?view=graph&'))
  expect(before.hrefs).toEqual([`/traces/${answered}?span=${ANSWERED}`])
  expect(before.words).toContain('approve Resumed in shop')
  const after = await linksOf(to(answered, '?view=graph&'))
  expect(after.hrefs).toEqual([`/traces/${asked}?span=${ASKED}`])
  expect(after.words).toContain('approve Resumes shop')
})

test('the visit itself leads there, in the pane and on its page; others do not', async () => {
  const { asked, answered, to } = await play()
  for (const path of [
    to(asked, `?span=${ASKED}&`),
    to(asked, `/nodes/${ASKED}?`),
    to(asked, '/nodes/approve?'),
  ])
    expect((await linksOf(path)).hrefs).toEqual([`/traces/${answered}?span=${ANSWERED}`])
  expect((await linksOf(to(asked, '/nodes/plan?'))).hrefs).toEqual([])
  expect((await linksOf(to(asked, '?'))).hrefs).toEqual([])
})

test('in Korean the words are Korean', async () => {
  const { asked, answered, to } = await play()
  expect((await linksOf(to(asked, '?view=graph&lang=ko&'))).words).toContain('approve 이어진 실행 shop')
  expect((await linksOf(to(answered, '?view=graph&lang=ko&'))).words).toContain('approve 이어받은 실행 shop')
})

test('a name that tries to be more than a name is shown as text', async () => {
  const { asked, to } = await play(HOSTILE)
  const page = await hub.page(to(asked, '?view=graph&'))
  expect(page).toContain('class="resumptions"')
  expect(page).not.toContain('<script>window.hit')
  expect(page).not.toContain('<img src=x')
})
