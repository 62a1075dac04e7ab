import { afterAll, expect, test } from 'bun:test'
import type { TestProject } from '#shared/testing/project.ts'
import { documentReader } from '#shared/store/read-documents.ts'
import { indexBodies, type Indexing } from '../../ingest/search/index-bodies.ts'
import { mergeSmall } from '../../ingest/search/merge-small.ts'
import { retain } from '../../ingest/upkeep/retain.ts'
import { at, openHub, span, TRACES } from '../upkeep/open-hub.ts'

const hub = await openHub()
afterAll(hub.stop)
const { deps, sql } = hub
const indexing: Indexing = { database: deps.database, documents: documentReader(1024 * 1024) }
const DAY = 86_400
const inDays = (days: number) => Date.parse(at(days * DAY + 3 * 3600))

const numberOf = async ({ project_id }: TestProject): Promise<number> => {
  const [row] = await sql<{ project_no: number }[]>`
    select project_no from projects where project_id = ${project_id}`
  return row?.project_no ?? 0
}

const say = (project: TestProject, trace_id: string, day: number, input: string) =>
  hub.tell(project, TRACES, {
    trace: { trace_id, start_time: at(day * DAY) },
    spans: [span(trace_id, 's', { start_time: at(day * DAY), end_time: at(day * DAY + 1), input })],
  })

async function indexAll(project_no: number): Promise<void> {
  while ((await indexBodies(indexing, project_no)) !== 0) continue
  while (await mergeSmall(indexing, project_no, deps.clock())) continue
}

async function found(project: TestProject, q: string): Promise<string[]> {
  const { json } = await hub.send(project, 'GET', `/api/v1/search?q=${q}`)
  // The answer of the search.
  const { items } = json as { items: { trace: { id: string } }[] }
  return items.map(({ trace }) => trace.id)
}

/** The days of what the index of a project has, and how many bodies wait for it. */
async function indexOf(project_no: number) {
  const segments = await sql<{ day: string }[]>`
    select to_timestamp(('x' || substr(replace(last_log::text, '-', ''), 1, 12))::bit(48)::bigint / 1000)::date::text "day"
    from search_segments where project_no = ${project_no} order by 1`
  const waiting = await sql`select from search_queue where project_no = ${project_no}`
  return { days: segments.map(({ day }) => day), waiting: waiting.count }
}

test('what a project keeps no longer is in no segment and waits for none; what it keeps is found as before', async () => {
  const [short, long] = [await hub.mint(), await hub.mint()]
  const [short_no, long_no] = [await numberOf(short), await numberOf(long)]
  const settings = { retention_days: 2, masking: { detectors: [], keys: [] } }
  const path = `/api/v1/projects/${short.project_id}/settings`
  expect((await hub.api.request('PUT', path, { key: 'dev-key', body: settings })).status).toBe(200)
  for (const project of [short, long]) {
    for (let body = 0; body < 3; body++) await say(project, `old-${body}`, 0, 'a refund of old')
  }
  for (const project_no of [short_no, long_no]) await indexAll(project_no)
  deps.setClock(inDays(5))
  await sql`insert into search_queue (log_id, project_no) select log_id, project_no from log where project_no = ${short_no}`
  for (const project of [short, long]) await say(project, 'new', 5, 'a refund of today')
  await retain(deps)
  for (const project_no of [short_no, long_no]) await indexAll(project_no)
  const [old_day, new_day] = [at(0).slice(0, 10), at(5 * DAY).slice(0, 10)]
  expect(await indexOf(short_no)).toEqual({ days: [new_day], waiting: 0 })
  expect(await indexOf(long_no)).toEqual({ days: [old_day, new_day], waiting: 0 })
  expect(await found(short, 'refund')).toEqual(['new'])
  expect(await found(short, 'old')).toEqual([])
  expect((await found(long, 'refund')).toSorted()).toEqual(['new', 'old-0', 'old-1', 'old-2'])
}, 60_000)
