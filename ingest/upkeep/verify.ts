import { catalogue } from '#shared/price.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import type { Sql } from '#shared/store/connect.ts'
import { documentReader } from '#shared/store/read-documents.ts'
import { dayOf } from '#shared/time.ts'
import { readRetention } from '../record/retention.ts'
import { newFindings, type Findings } from './findings.ts'
import { verifyDecisions } from './verify-decisions.ts'
import { verifyHomes } from './verify-homes.ts'
import { checkLedger, logPartOf, verifyLog } from './verify-log.ts'
import { verifyRollups } from './verify-rollups.ts'
import { verifyTraces } from './verify-traces.ts'
import { countTraces, projectsOf, START, type Part } from './walk-traces.ts'

/** Hears how much of what there is to check is checked. */
export type Hear = (what: 'bodies' | 'traces', done: number, all: number) => void

const DAY_MS = 86_400_000
const CACHE_BYTES = 32 * 1024 * 1024

/** The first day that no run of retention can be at. */
async function horizonOf({ config, clock }: Deps, sql: Sql): Promise<string> {
  const { longest } = await readRetention(sql, config)
  return longest === null ? '0001-01-01' : dayOf((clock() - longest * DAY_MS) * 1000)
}

/**
 * Recounts the record: the bodies of the log against the rows, and the rows against the log and each other. It reads
 * page by page, each as it was at one moment, so it may run beside whoever writes.
 */
export async function verify(deps: Deps, part: Part = {}, hear: Hear = () => {}): Promise<Findings> {
  const sql = deps.database.dedicated('verify')
  const findings = newFindings()
  try {
    // A plan for any project and any day would read the rows of all projects, the partitions of all days.
    await sql`set plan_cache_mode = force_custom_plan`
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
    const horizon = await horizonOf(deps, sql)
    for (const project_no of projects)
      await verifyHomes(sql, { project_no, day: part.day, horizon }, findings)
    for (const project_no of projects) await verifyRollups(sql, { project_no, day: part.day }, findings)
    for (const project_no of projects) await verifyDecisions(sql, { project_no, day: part.day }, findings)
    const rebuilding = { documents: documentReader(CACHE_BYTES), price: catalogue(), encoders: new Map() }
    const checking = { findings, rebuilding }
    const traces = await countTraces(sql, part, START)
    done = 0
    for (const project_no of projects) {
      await verifyTraces(sql, project_no, part.day, checking, (number) => {
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
