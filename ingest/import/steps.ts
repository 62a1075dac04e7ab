import type { Step } from '#shared/mvp/step.ts'
import { bringEvals, bringEvents } from './bring-items.ts'
import { bringProjects } from './bring-projects.ts'
import { bringTraces } from './bring-traces.ts'

/** What ingest brings over: projects, and what the record is made of. */
export const RECORD_STEPS: readonly Step[] = [bringProjects, bringTraces, bringEvents, bringEvals]
