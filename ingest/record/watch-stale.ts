import { repeat } from '#shared/process/repeat.ts'
import type { Deps } from '#shared/service.ts'
import { tellStale } from './tell-stale.ts'

const PAUSE_MS = 30_000

/** Looks for traces that have gone quiet, twice a minute. */
export const watchStale = (deps: Deps) =>
  repeat(deps.log, {
    pause_ms: PAUSE_MS,
    failed: 'quiet traces could not be looked for, trying on',
    work: async (stopping) => void (await tellStale(deps, stopping)),
  })
