import { afterAll, expect, test } from 'bun:test'
import { search } from '#shared/contract/search.ts'
import { documentReader } from '#shared/store/read-documents.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { indexBodies } from '../../ingest/search/index-bodies.ts'
import { entry, openLangfuse } from './open-langfuse.ts'

const hub = await openLangfuse()
afterAll(hub.stop)
const indexing = { database: hub.deps.database, documents: documentReader(1024 * 1024) }

async function found(project: TestProject, q: string) {
  const { items } = await hub.ask(project, search, { query: { q } })
  return items.flatMap(({ trace, hits }) => hits.map(({ span_id }) => `${trace.id} ${span_id ?? ''}`))
}

test('a trace is found by all its own words, wherever it said them last, indexed or not', async () => {
  const project = await hub.mint()
  const [trace, span] = [crypto.randomUUID(), crypto.randomUUID()]
  const batches = [
    [
      entry('trace-create', 1, {
        id: trace,
        name: 'refund desk',
        input: 'lighthouse keeper',
        output: 'harbour',
      }),
    ],
    // What a span says of the trace is none of the trace's own words.
    [entry('span-update', 3, { id: span, traceId: trace, metadata: { userId: 'u' }, output: 'windmill' })],
    [entry('trace-create', 2, { id: trace, output: 'observatory' })],
    [entry('span-create', 3, { id: span, traceId: trace, name: 'aqueduct', environment: 'staging' })],
  ]
  for (const batch of batches) await hub.sendAll(project, batch)
  const look = async () => ({
    name: await found(project, 'refund'),
    input: await found(project, '"lighthouse keeper"'),
    output: await found(project, 'observatory'),
    both: await found(project, 'lighthouse observatory'),
    before: await found(project, 'harbour'),
    span: await found(project, 'windmill aqueduct'),
  })
  const own = [`${trace} `]
  const expected = { name: own, input: own, output: own, both: own, before: [], span: [`${trace} ${span}`] }
  expect(await look()).toEqual(expected)
  const [row] = await hub.deps.database.sql<[{ project_no: number }]>`
    select project_no from projects where project_id = ${project.project_id}`
  while ((await indexBodies(indexing, row.project_no)) !== 0) continue
  expect(await look()).toEqual(expected)
})
