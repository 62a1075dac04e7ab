import { afterAll, expect, test } from 'bun:test'
import { search } from '#shared/contract/search.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { documentReader } from '#shared/store/read-documents.ts'
import { indexBodies, type Indexing } from '../../ingest/search/index-bodies.ts'
import { mergeSmall } from '../../ingest/search/merge-small.ts'
import { erase } from '../../ingest/upkeep/erase.ts'
import { reproject } from '../../ingest/upkeep/reproject.ts'
import { at, openHub } from '../query/open-hub.ts'
import { matches, type Asked, type SpanTexts } from './brute-force.ts'
import { corpusOf } from './corpus.ts'
import { breakingAfter } from './breaking.ts'

const hub = await openHub()
afterAll(hub.stop)
const { ask, tell, mint, deps } = hub
const indexing: Indexing = { database: deps.database, documents: documentReader(1024 * 1024) }

const numberOf = async ({ project_id }: TestProject): Promise<number> => {
  const [row] = await deps.database.sql<[{ project_no: number }]>`
    select project_no from projects where project_id = ${project_id}`
  return row.project_no
}

const print = ({ text, scope, negated, prefix }: Asked) =>
  `${negated ? '-' : ''}${scope ? `${scope}:` : ''}"${text}"${prefix ? '*' : ''}`

/** All spans that a search finds, page by page, as `trace/span`. */
async function found(project: TestProject, asked: Asked[], limit = 7): Promise<string[]> {
  const q = asked.map(print).join(' ')
  const keys: string[] = []
  let cursor: string | null = null
  do {
    const answer: Awaited<ReturnType<typeof page>> = await page(project, q, limit, cursor)
    for (const { trace, hits } of answer.items) {
      for (const { span_id } of hits) keys.push(`${trace.id}/${span_id ?? ''}`)
    }
    cursor = answer.next_cursor
  } while (cursor !== null)
  return keys
}

const page = (project: TestProject, q: string, limit: number, cursor: string | null) =>
  ask(project, search, { query: { q, limit, ...(cursor === null ? {} : { cursor }) } })

/** A project that is told random things, and what a search has to know of it. */
async function storyOf(seed: number) {
  const project = await mint()
  const corpus = corpusOf(seed)
  const spans = new Map<string, SpanTexts>()
  let number = 0
  /** A trace in one request, or its spans told twice: as they start and as they end, in whichever order. */
  async function insert() {
    const trace_id = `t${number++}`
    const times = { start_time: at(number), end_time: at(number + 1) }
    const texts = Array.from({ length: 1 + corpus.below(3) }, () => ({
      name: corpus.text(2) || 'x',
      input: corpus.text(12),
      output: corpus.text(12),
      error: corpus.roll() < 0.2 ? corpus.text(3) : '',
    }))
    texts.forEach((said, index) => spans.set(`${trace_id}/s${index}`, said))
    if (corpus.roll() < 0.5) {
      const input_text = corpus.text(4)
      spans.set(`${trace_id}/`, { input: input_text })
      const trace = { trace_id, input_text, ...times }
      const list = texts.map((said, index) => ({
        ...{ ...said, ...times, span_id: `s${index}`, trace_id, idempotency_key: `k${index}` },
        input: { messages: [{ role: 'user', content: said.input }] },
      }))
      texts.forEach((said, index) =>
        spans.set(`${trace_id}/s${index}`, {
          ...said,
          input: `messages: \nrole: user\ncontent: ${said.input}`,
        }),
      )
      await tell(project, '/ingest/traces', { trace, spans: list })
      return
    }
    const sayings = texts.flatMap(({ name, input, output, error }, index) => [
      ...[{ trace_id, span_id: `s${index}`, event_type: 'SPAN_STARTED', event_time: at(number) }].map(
        (event) => ({
          ...{ ...event, idempotency_key: `a${index}`, payload: { name, span_type: 'llm', input } },
        }),
      ),
      ...[{ trace_id, span_id: `s${index}`, event_type: 'SPAN_ENDED', event_time: at(number + 1) }].map(
        (event) => ({
          ...{ ...event, idempotency_key: `b${index}`, payload: { output, ...(error ? { error } : {}) } },
        }),
      ),
    ])
    for (const event of corpus.roll() < 0.5 ? sayings : sayings.toReversed())
      await tell(project, '/ingest/spans', { events: [event] })
  }
  function question(): Asked[] {
    const texts = [...spans.values()].flatMap((said) => Object.values(said))
    const term = (): Asked => ({
      text: corpus.question(texts),
      ...(corpus.roll() < 0.2 ? { scope: corpus.pick(['input', 'output', 'error', 'name']) } : {}),
      ...(corpus.roll() < 0.3 ? { prefix: true } : {}),
    })
    const more = corpus.roll() < 0.3 ? [{ ...term(), negated: corpus.roll() < 0.5 }] : []
    return [term(), ...more]
  }
  async function check(questions: number) {
    for (let count = 0; count < questions; count++) {
      const asked = question()
      const wanted = [...spans].filter(([, texts]) => matches(texts, asked)).map(([key]) => key)
      const got = await found(project, asked)
      expect({ asked, seed, found: got.toSorted() }).toEqual({ asked, seed, found: wanted.toSorted() })
    }
  }
  return { project, project_no: await numberOf(project), corpus, spans, insert, check }
}

test.each([1, 2, 3])(
  'a search finds what a look at every text finds, through inserts, merges, erasure, crashes and reprojection (%d)',
  async (seed) => {
    const { project, project_no, corpus, spans, insert, check } = await storyOf(seed * 7919)
    for (let step = 0; step < 8; step++) {
      for (let count = 0; count < 2; count++) await insert()
      await check(4)
      const breaking = { ...indexing, database: breakingAfter(deps.database, corpus.below(12)) }
      await indexBodies(breaking, project_no).catch(() => null)
      await check(2)
      await indexBodies(indexing, project_no)
      while (await mergeSmall(indexing, project_no, deps.clock())) continue
      await check(4)
      if (step % 4 !== 3) continue
      const trace_id = `t${corpus.below(step * 2)}`
      await erase(deps, { project_id: project.project_id, trace_id, actor: 'operator' })
      for (const key of spans.keys()) if (key.startsWith(`${trace_id}/`)) spans.delete(key)
      await check(6)
    }
    await reproject(deps, { project_id: project.project_id })
    await check(10)
  },
  120_000,
)

test('an erased trace is in no segment any more when the erasure is done', async () => {
  const { project, project_no, insert } = await storyOf(5)
  await insert()
  while ((await indexBodies(indexing, project_no)) !== 0) continue
  const segments = () => deps.database.sql`select from search_segments where project_no = ${project_no}`
  expect((await segments()).length).toBeGreaterThan(0)
  await erase(deps, { project_id: project.project_id, trace_id: 't0', actor: 'operator' })
  expect(await segments()).toHaveLength(0)
})
