import { ingestSpans } from '#shared/contract/ingest.ts'
import { door } from '#shared/http/serve.ts'
import { events } from '#shared/protocol/native/events.ts'
import type { Deps } from '#shared/service.ts'
import type { CommitLane } from '#shared/store/lane/commit-lane.ts'
import { commit, readDocument, tell } from './accept.ts'
import { requireParents } from './require-parents.ts'

export const spansDoor = (deps: Deps, lane: CommitLane) =>
  door(ingestSpans, async (call) => {
    const reading = await readDocument(lane, call, events)
    await requireParents(deps, reading)
    const accepted = await commit(lane, events, reading)
    return { ingested_events: accepted.outcome.accepted, ...tell(accepted) }
  })
