import { catalogue } from '#shared/price.ts'
import type { Deps, Service } from '#shared/service.ts'
import { commitLane } from '#shared/store/lane/commit-lane.ts'
import { laneConnection } from '#shared/store/lane/lane-connection.ts'
import { documentReader } from '#shared/store/read-documents.ts'
import { runDoor } from './doors/ingest-run.ts'
import { spansDoor } from './doors/ingest-spans.ts'
import { tracesDoor } from './doors/ingest-traces.ts'
import { langfuseHello } from './doors/langfuse-hello.ts'
import { langfuseDoor } from './doors/langfuse-ingestion.ts'
import { langfuseScoresDoor } from './doors/langfuse-scores.ts'
import { langsmithFeedbackDoors } from './doors/langsmith-feedback.ts'
import { langsmithInfo } from './doors/langsmith-info.ts'
import { langsmithRunDoor } from './doors/langsmith-run.ts'
import { langsmithRunDoors } from './doors/langsmith-runs.ts'
import { otlpDoors } from './doors/otlp-traces.ts'
import { evalsDoor } from './evals/attach-eval.ts'
import { ensureDefaultProject } from './projects/ensure-default-project.ts'
import { projectRoutes } from './projects/routes.ts'
import { keepPartitions } from './record/keep-partitions.ts'
import { keepRollups } from './record/keep-rollups.ts'
import { watchStale } from './record/watch-stale.ts'
import { keepIndex } from './search/keep-index.ts'
import { keepUp } from './upkeep/keep-up.ts'

const DOCUMENT_CACHE_BYTES = 16 * 1024 * 1024

/** Takes data in: the doors, evaluations, projects and keys, and the upkeep of the record. */
export async function ingest(deps: Deps): Promise<Service> {
  if (deps.config.env === 'development') await ensureDefaultProject(deps)
  const partitions = await keepPartitions(deps)
  const lane = commitLane({
    connection: laneConnection(deps.database),
    express: laneConnection(deps.database),
    documents: documentReader(DOCUMENT_CACHE_BYTES),
    encoders: new Map(),
    price: catalogue(),
    dayFor: partitions.dayFor,
    makePartitions: partitions.make,
    wake: () => deps.bus.publish('outbox.ready.v1', {}),
    clock: deps.clock,
    log: deps.log,
  })
  const upkeep = keepUp(deps)
  const rollups = keepRollups(deps)
  const stale = watchStale(deps)
  const index = keepIndex(deps)
  return {
    name: 'ingest',
    routes: [
      tracesDoor(deps, lane),
      spansDoor(deps, lane),
      runDoor(lane),
      evalsDoor(deps, lane),
      ...otlpDoors(lane),
      ...langsmithInfo(),
      ...langsmithRunDoors(lane),
      ...langsmithRunDoor(deps, lane),
      ...langsmithFeedbackDoors(deps, lane),
      langfuseDoor(lane),
      langfuseScoresDoor(lane, deps.clock),
      ...langfuseHello(),
      ...projectRoutes(deps),
    ],
    async stop() {
      partitions.stop()
      await rollups.stop()
      await stale.stop()
      await index.stop()
      await upkeep.stop()
      await lane.stop()
    },
  }
}
