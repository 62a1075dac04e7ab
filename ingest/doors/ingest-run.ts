import { ingestRun } from '#shared/contract/ingest.ts'
import { door } from '#shared/http/serve.ts'
import { shownId } from '#shared/ids.ts'
import { langgraphRuns } from '#shared/protocol/native/langgraph-runs.ts'
import type { CommitLane } from '#shared/store/lane/commit-lane.ts'
import { commit, readDocument, tell } from './accept.ts'

export const runDoor = (lane: CommitLane) =>
  door(ingestRun, async (call) => {
    const reading = await readDocument(lane, call, langgraphRuns)
    const accepted = await commit(lane, langgraphRuns, reading)
    const { header, received } = reading.batch
    const trace = header?.trace
    return {
      trace_id: trace ? shownId(trace.key, trace.form, trace.text) : '',
      run_id: header?.values.external_id ?? '',
      graph_name: header?.values.name ?? '',
      nodes_received: received,
      events_result: { ingested_events: accepted.outcome.accepted },
      ...tell(accepted),
    }
  })
