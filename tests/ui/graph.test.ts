import { afterAll, beforeAll, expect, test } from 'bun:test'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { openBrowser, overflow } from './browser.ts'
import { at, HOSTILE } from './open-ui.ts'

suiteThatNeeds('chromium', 'the graph of a run in a browser', () => {
  let room: Awaited<ReturnType<typeof openBrowser>>
  beforeAll(async () => void (room = await openBrowser()))
  afterAll(() => room.stop())

  const GRAPH = {
    nodes: [{ id: 'plan', name: 'Plan' }, { id: 'act' }, { id: 'stop' }],
    edges: [
      { source: 'plan', target: 'act' },
      { source: 'act', target: 'plan', conditional: true },
      { source: 'act', target: 'stop', conditional: true },
    ],
  }

  async function begin(graph: object = GRAPH) {
    const project = await room.hub.mint()
    const trace_id = crypto.randomUUID()
    const say = (nodes: object[], more: object = {}) =>
      room.hub.tell(project, '/ingest/langgraph-runs', {
        ...{
          trace_id,
          run_id: 'run',
          graph_name: 'agent',
          status: 'running',
          start_time: at(-9),
          graph,
          nodes,
        },
        ...more,
      })
    return { project, trace_id, say, path: pathOf(project, trace_id) }
  }

  const pathOf = ({ project_id }: TestProject, trace_id: string) =>
    `/traces/${encodeURIComponent(trace_id)}?project_id=${project_id}&view=graph`

  const visit = (node_id: string, seconds: number, said: object = {}) => ({
    ...{ node_id, node_name: node_id, start_time: at(seconds), idempotency_key: `${node_id} ${seconds}` },
    ...said,
  })

  test('the graph moves while the run goes on, and nothing in it jumps', async () => {
    const { say, path } = await begin()
    await say([visit('plan', -8)])
    const { page, wrong, close } = await room.open(path)
    await page.locator('.graph-node.is-running').waitFor()
    expect(await page.locator('.graph-node.is-running').getAttribute('aria-label')).toBe(
      'plan, Running, 1 visit',
    )
    const places = () =>
      page.locator('.graph-node').evaluateAll((nodes) => nodes.map((node) => node.getAttribute('transform')))
    const before = await places()
    await page.getByRole('button', { name: 'Larger' }).click()
    const zoomed = await page.locator('#graph-pan').getAttribute('transform')
    expect(zoomed).toContain('scale(1.3)')
    await say([
      visit('plan', -8, { end_time: at(-7), idempotency_key: 'end' }),
      visit('act', -6, { parent_node_id: 'plan' }),
    ])
    await page.locator('.graph-node.is-running[aria-label^="act"]').waitFor()
    expect(await page.locator('#graph .graph-edge.is-taken path').count()).toBe(1)
    expect(await places()).toEqual(before)
    expect(await page.locator('#graph-pan').getAttribute('transform')).toBe(zoomed)
    expect(wrong).toEqual([])
    await close()
  })

  test('a node of the graph leads to its page, with the state that it changed and its other visits', async () => {
    const { say, path } = await begin()
    const state = { input_state: { steps: ['a'] }, output_state: { steps: ['a', 'b'] } }
    await say([
      visit('plan', -8, { end_time: at(-7), ...state }),
      visit('plan', -5, { end_time: at(-4), ...state }),
    ])
    for (const script of [true, false]) {
      const { page, wrong, close } = await room.open(path, { script })
      await page.locator('.graph-node.is-success').focus()
      await page.keyboard.press('Enter')
      await page.locator('.diff').waitFor()
      expect(new URL(page.url()).pathname).toEndWith('/nodes/plan')
      expect(await page.locator('.diff tbody').innerText()).toMatch(/Added\s+steps\[1\]\s+"b"/)
      expect(await page.locator('.visits li').count()).toBe(2)
      expect(wrong).toEqual([])
      await close()
    }
  })

  test('hostile names and a megabyte of state are text, and nothing sticks out at 390 px', async () => {
    const name = HOSTILE.slice(0, 250)
    const graph = { nodes: [{ id: name, name }], edges: [{ source: name, target: '</svg><script>' }] }
    const { say, path } = await begin(graph)
    const state = { input_state: { [name]: 'x' }, output_state: { [name]: 'y'.repeat(1_000_000) } }
    const metadata = { source_ref: { file: 'javascript:window.hit=1', line: 1, function: name } }
    await say([visit(name, -8, { end_time: at(-7), metadata, ...state })])
    const node = path.replace(/\?/, `/nodes/${encodeURIComponent(name)}?`)
    for (const address of [path, `${path}&lang=ko`, node]) {
      for (const width of [390, 1440]) {
        const { page, wrong, close } = await room.open(address, { width, dark: width === 390 })
        await page.waitForTimeout(400)
        const hit = await page.evaluate(() => 'hit' in window)
        expect([address, hit, wrong, await overflow(page)]).toEqual([address, false, [], 0])
        await close()
      }
    }
  })
})
