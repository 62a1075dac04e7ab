import type { Log } from '../../log.ts'
import { registryOf } from '../../metrics/registry.ts'
import type { Job, Outcome } from './job.ts'

/** Counts what became of the items of some requests, as the ledger does, and hands the outcomes on. */
export function countItems(log: Log, jobs: Job[], outcomes: Outcome[]): Outcome[] {
  const count = registryOf(log).counter(
    'hub_items_total',
    'Items of requests that were committed: stored, repeated, or rejected by name.',
  )
  jobs.forEach(({ protocol: { name: protocol } }, at) => {
    const outcome = outcomes[at]
    if (!outcome) return
    count({ protocol, outcome: 'stored' }).add(outcome.accepted)
    count({ protocol, outcome: 'duplicate' }).add(outcome.duplicates)
    count({ protocol, outcome: 'rejected' }).add(outcome.rejected.length)
  })
  return outcomes
}
