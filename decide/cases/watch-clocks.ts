import { repeat } from '#shared/process/repeat.ts'
import type { Deps } from '#shared/service.ts'
import { announceBreaches } from './announce-breaches.ts'

const PAUSE_MS = 5000

/** Looks every five seconds for cases that were not handled in time. */
export const watchClocks = (deps: Deps) =>
  repeat(deps.log, {
    pause_ms: PAUSE_MS,
    failed: 'due times of cases could not be looked at, trying on',
    work: async () => void (await announceBreaches(deps)),
  })
