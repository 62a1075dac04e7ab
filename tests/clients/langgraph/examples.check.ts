import { join } from 'node:path'
import { afterAll, expect, test } from 'bun:test'
import { openApp, readBlocks } from '../../sdk/run-readme.ts'
import { runCommand, serveHub } from '../../sdk/serve-hub.ts'
import { openSnippets } from '../../ui/open-snippets.ts'

const HERE = join(import.meta.dir, 'node_modules')
const EXAMPLE = join(import.meta.dir, '../../../examples/langgraph-app.ts')

const hub = await serveHub()
const snippets = await openSnippets()
afterAll(snippets.stop)
const run = openApp({ '@langchain': join(HERE, '@langchain') })
const blocks = await readBlocks('langgraph')

test('the README of the SDK has a program with LangGraph', () => expect(blocks.length).toBeGreaterThan(0))

for (const [n, block] of blocks.entries()) {
  test(`the README's program ${n + 1} with LangGraph runs, and what it records is whole`, async () => {
    const { items } = await hub.use((env) => run(block, env))
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ name: 'agent_router', status: 'success', has_open_spans: false })
  })
}

test('the LangGraph of the front page runs, and what it records is whole', async () => {
  const readme = await Bun.file(join(import.meta.dir, '../../../README.md')).text()
  const block = /^```js langgraph\n([\s\S]*?)^```$/m.exec(readme)?.[1] ?? ''
  const { items, out } = await hub.use((env) => run(block, env))
  expect(out).toContain('You asked: Where is my order?')
  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({ name: 'agent_router', status: 'success', has_open_spans: false })
})

test('the LangGraph that the list of a project without traces shows runs as it stands', async () => {
  const { items } = await hub.use(async ({ TRACEHUB_BASE_URL: url = '', TRACEHUB_API_KEY: key = '' }) => {
    const texts = await snippets.textsOf('langgraph', { url, key })
    return run(texts['langgraph'] ?? '', {})
  })
  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({ name: 'hello', status: 'success', has_open_spans: false })
})

test('examples/langgraph-app.ts runs: loop, branches and join are what the code says', async () => {
  const { items, project, out } = await hub.use((env) =>
    runCommand([process.execPath, EXAMPLE], { ...env, NODE_PATH: HERE }),
  )
  expect(items).toHaveLength(1)
  const [trace] = items
  expect(trace).toMatchObject({ name: 'chat', status: 'success', has_open_spans: false })
  expect(out).toContain(`/traces/${trace?.id}`)
  const { json } = await hub.send(project, 'GET', `/api/v1/traces/${trace?.id}/graph`)
  // The contract of the graph.
  const graph = json as unknown as {
    nodes: { node_id: string; visits: number }[]
    edges: { from: string; to: string; taken: number }[]
  }
  expect(Object.fromEntries(graph.nodes.map(({ node_id, visits }) => [node_id, visits]))).toEqual({
    ...{ __start__: 0, __end__: 0 },
    ...{ plan: 2, order: 2, policy: 2, write: 2 },
  })
  expect(
    graph.edges
      .filter(({ taken }) => taken > 0)
      .map(({ from, to, taken }) => `${from} ${to} ${taken}`)
      .toSorted(),
  ).toEqual([
    ...['__start__ plan 1', 'order write 2', 'plan order 2', 'plan policy 2', 'policy write 2'],
    ...['write __end__ 1', 'write plan 1'],
  ])
})
