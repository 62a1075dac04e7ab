import { repeat } from '#shared/process/repeat.ts'
import type { Deps } from '#shared/service.ts'
import { documentReader } from '#shared/store/read-documents.ts'
import { indexBodies, MOST_BODIES, type Indexing } from './index-bodies.ts'
import { mergeSmall } from './merge-small.ts'

const PAUSE_MS = 1000
/** While it is behind it rests so many times as long as it worked: what comes in goes first, and the index catches up. */
const REST = 7
/** Only spans that were told of in several bodies are read from it. */
const DOCUMENT_CACHE_BYTES = 4 * 1024 * 1024

/** Projects with something in the queue, found by going from one to the next in its index. */
async function projectsBehind({ database }: Indexing): Promise<number[]> {
  const rows = await database.sql<{ project_no: number }[]>`
    with recursive next as (
      (select project_no from search_queue order by project_no limit 1)
      union all
      select (select q.project_no from search_queue q where q.project_no > n.project_no order by 1 limit 1)
      from next n where n.project_no is not null
    )
    select project_no from next where project_no is not null`
  return rows.map(({ project_no }) => project_no)
}

/** Brings the index of search up to the record about once a second, a few bodies of each project in turn. */
export function keepIndex(deps: Pick<Deps, 'database' | 'clock' | 'log'>): { stop: () => Promise<void> } {
  const indexing: Indexing = { database: deps.database, documents: documentReader(DOCUMENT_CACHE_BYTES) }

  /** True when there was more than one transaction takes. */
  async function advance(project_no: number, stopping: () => boolean): Promise<boolean> {
    const count = (await indexBodies(indexing, project_no)) ?? 0
    while (count > 0 && !stopping() && (await mergeSmall(indexing, project_no, deps.clock()))) continue
    return count === MOST_BODIES
  }

  return repeat(deps.log, {
    pause_ms: PAUSE_MS,
    failed: 'texts could not be indexed, trying on',
    async work(stopping) {
      const began = performance.now()
      let is_behind = false
      for (const project_no of await projectsBehind(indexing)) {
        if (stopping()) break
        is_behind = (await advance(project_no, stopping)) || is_behind
      }
      return is_behind ? REST * (performance.now() - began) : PAUSE_MS
    },
  })
}
