import type { Transaction } from '#shared/store/connect.ts'
import { UnreadableBody } from '#shared/store/read-documents.ts'
import type { Batch } from '#shared/store/upkeep/read-traces.ts'
import { compareTraces, type Rebuilding } from '#shared/store/upkeep/rebuild-traces.ts'
import type { Findings } from './findings.ts'

/**
 * Folds traces again from the log, as a rebuild would, and tells which rows it would change and in which columns. A trace
 * whose bodies cannot be read is passed over: that its sources are missing has been told.
 */
export async function verifyValues(
  sql: Transaction,
  batch: Batch,
  rebuilding: Rebuilding,
  findings: Findings,
): Promise<void> {
  try {
    const { compared, differing } = await compareTraces(sql, batch, rebuilding)
    findings.check('values', compared)
    for (const { table, trace_key, key, columns } of differing) {
      const row = table === 'traces' ? '' : ` ${key}`
      findings.fault('values', `trace ${trace_key}, row of ${table}${row}: ${columns.join(', ')}`)
    }
  } catch (error) {
    if (!(error instanceof UnreadableBody)) throw error
    if (batch.trace_keys.length === 1) return
    for (const trace_key of batch.trace_keys) {
      await verifyValues(sql, { ...batch, trace_keys: [trace_key] }, rebuilding, findings)
    }
  }
}
