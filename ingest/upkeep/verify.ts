import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { newFindings, type Findings } from './findings.ts'
import { checkLedger, logPartOf, verifyLog } from './verify-log.ts'
import { verifyTraces } from './verify-traces.ts'
import { countTraces, projectsOf, START, type Part } from './walk-traces.ts'

/** Hears how much of what there is to check is checked. */
export type Hear = (what: 'bodies' | 'traces', done: number, all: number) => void

/**
 * Recounts the record: the bodies of the log against the rows, and the rows against the log and each other. It reads
 * page by page, each as it was at one moment, so it may run beside whoever writes.
 */
export async function verify(deps: Deps, part: Part = {}, hear: Hear = () => {}): Promise<Findings> {
  const sql = deps.database.dedicated('verify')
  const findings = newFindings()
  try {
    const projects = await projectsOf(sql, part)
    const parts = projects.map((project_no) => logPartOf(project_no, part.day))
    let bodies = 0
    for (const log_part of parts) bodies += await checkLedger(sql, log_part, findings)
    let done = 0
    for (const log_part of parts) {
      await verifyLog(sql, log_part, findings, (number) => {
        done += number
        hear('bodies', done, Math.max(done, bodies))
      })
    }
    const traces = await countTraces(sql, part, START)
    done = 0
    for (const project_no of projects) {
      await verifyTraces(sql, project_no, part.day, findings, (number) => {
        done += number
        hear('traces', done, Math.max(done, traces))
      })
    }
    const wrong = Object.values(findings.counts).reduce((sum, count) => sum + count.wrong, 0)
    const deed = {
      at: new Date(deps.clock()),
      actor: 'hub',
      project_no: null,
      action: 'record.verified',
    } as const
    const detail = { project: part.project_id ?? null, day: part.day ?? null, wrong }
    await writeAudit(sql, { ...deed, subject: 'record', detail })
    return findings
  } finally {
    await sql.end({ timeout: 1 })
  }
}
