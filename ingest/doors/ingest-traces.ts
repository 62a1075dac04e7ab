import { ingestTraces } from '#shared/contract/ingest.ts'
import { door } from '#shared/http/serve.ts'
import { shownId } from '#shared/ids.ts'
import { traces } from '#shared/protocol/native/traces.ts'
import type { Deps } from '#shared/service.ts'
import type { CommitLane } from '#shared/store/lane/commit-lane.ts'
import { commit, readDocument, tell } from './accept.ts'
import { requireParents } from './require-parents.ts'

export const tracesDoor = (deps: Deps, lane: CommitLane) =>
  door(ingestTraces, async (call) => {
    const reading = await readDocument(lane, call, traces)
    await requireParents(deps, reading)
    const accepted = await commit(lane, traces, reading)
    const { header, received } = reading.batch
    const trace = header?.trace
    return {
      trace_id: trace ? shownId(trace.key, trace.form, trace.text) : '',
      ingested_spans: received - accepted.outcome.rejected.length,
      ...tell(accepted),
    }
  })
