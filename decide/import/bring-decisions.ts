import { HubError } from '#shared/errors.ts'
import { idKey, isUuid } from '#shared/ids.ts'
import type { Rules } from '#shared/masking/mask-document.ts'
import { withRules } from '#shared/masking/rules-of.ts'
import type { Row } from '#shared/mvp/read-page.ts'
import { keyOr, objectOr, textOr } from '#shared/mvp/settle.ts'
import { readRow, reasonOf, type Bringing, type Read, type Step } from '#shared/mvp/step.ts'
import { count, refuse } from '#shared/mvp/tally.ts'
import { isAction } from '#shared/policy/actions.ts'
import { refOf } from '#shared/protocol/native/read-span.ts'
import { versionOf } from '#shared/schema/decision-row.ts'
import { DECISION } from '#shared/schema/span-types.ts'
import { knownTraces } from '#shared/store/known-traces.ts'
import { commitGroup } from '#shared/store/lane/commit-group.ts'
import type { Job } from '#shared/store/lane/job.ts'
import { transactGroup } from '#shared/store/lane/persist-group.ts'
import { readTime, writeTime } from '#shared/time.ts'
import type { DecidedRow } from '../decisions/decided-row.ts'
import { toJob } from '../decisions/to-job.ts'
import { claimDecisions } from '../decisions/write-decisions.ts'
import { kept } from '../decisions/write-down.ts'

type Decision = { row: DecidedRow; job: Job }
type Policy = {
  project_no: number
  policy_id: string
  policy_name: string
  policy_hash: string
  policy_version: number
}

/** By its text: a policy and the number of its version. */
const versionText = (said: unknown): { policy_id: string; version: number } | null => {
  const [, policy_id = '', version = ''] = /^(.*):v(\d{1,9})$/.exec(textOr(said) ?? '') ?? []
  return isUuid(policy_id) ? { policy_id: policy_id.toLowerCase(), version: Number(version) } : null
}

const policyKey = (project_no: number, policy_id: string, version: number) =>
  `${project_no} ${policy_id}:v${version}`

async function findPolicies({ sql }: Bringing, reads: Read[]): Promise<Map<string, Policy>> {
  const wanted = reads.flatMap(({ said }) => versionText(said['policy_version']) ?? [])
  const rows = await sql<Policy[]>`
    select p.project_no, p.policy_id, p.name as policy_name, v.version as policy_version, v.hash as policy_hash
    from policies p join policy_versions v using (policy_id)
    where p.project_no = any(${reads.map(({ project }) => project.project_no)}::int[])
      and p.policy_id = any(${wanted.map(({ policy_id }) => policy_id)}::uuid[])`
  return new Map(rows.map((row) => [policyKey(row.project_no, row.policy_id, row.policy_version), row]))
}

/** What cannot be decided here, in words; null where the row can stand. */
function faultOf({ said, project }: Read, known: Set<string>): string | null {
  const { trace_id, of_project, action, confidence, created_at } = said
  if (typeof trace_id !== 'string') return 'it is of no trace'
  if (of_project !== project.project_id) return 'its trace is of another project'
  if (!known.has(`${project.project_no} ${idKey(trace_id)}`)) return 'its trace was not brought over'
  if (!isAction(action)) return 'its action is none of the five'
  if (typeof confidence !== 'number') return 'its confidence is no number'
  return created_at !== null && readTime(String(created_at)) === null ? 'its time is none' : null
}

/** What it was decided on was not kept, so nothing says it again: no evidence, no digest of a request. */
function toRow(
  { id, project, said }: Read,
  policies: Map<string, Policy>,
  rules: Rules | null,
  now: number,
): DecidedRow {
  const trace = refOf(String(said['trace_id']))
  const version = versionText(said['policy_version'])
  const policy = version && policies.get(policyKey(project.project_no, version.policy_id, version.version))
  const span_id = textOr(said['span_id'])
  const judge_model = textOr(said['judge_model']) ?? ''
  return {
    project_no: project.project_no,
    decision_id: id,
    created_at: readTime(textOr(said['created_at']) ?? '') ?? now,
    latency_us: 0,
    confidence: Number(said['confidence']),
    policy_id: version?.policy_id ?? null,
    policy_version: version?.version ?? null,
    policy_name: policy?.policy_name ?? kept(null, textOr(said['policy_version']) ?? ''),
    policy_hash: policy?.policy_hash ?? '',
    id_form: trace.form,
    trace_key: trace.key,
    trace_id: trace.text,
    span_key: idKey(span_id ?? id),
    idempotency_key: keyOr(said['idempotency_key'], id),
    request_digest: new Uint8Array(),
    action: String(said['action']),
    reason_code: kept(rules, textOr(said['reason_code']) ?? ''),
    severity: kept(null, textOr(said['severity']) ?? 'medium'),
    message: null,
    rule: null,
    judge: judge_model === 'heuristic' ? 'heuristic' : judge_model === '' ? null : 'llm',
    judge_model: kept(null, judge_model),
    rationale: kept(rules, textOr(said['rationale']) ?? ''),
    degraded: [],
    skipped: [],
    signals: kept(rules, objectOr(said['signals'])),
    timings: {},
    evidence: null,
    runs: [],
    case_plan: null,
    case_id: null,
  }
}

/** The span of the decision: that of the MVP's judge, where there is one. */
function spanOf(row: DecidedRow, { id, said }: Read) {
  const { action, reason_code, severity, confidence, judge, rationale, signals } = row
  const started = readTime(textOr(said['started_at']) ?? '') ?? row.created_at
  return {
    span_id: textOr(said['span_id']) ?? id,
    trace_id: said['trace_id'],
    name: 'Decision',
    span_type: DECISION,
    status: 'success',
    start_time: writeTime(started),
    end_time: writeTime(Math.max(started, row.created_at)),
    output: { action, reason_code, severity },
    attributes: {
      ...{ decision_id: id, confidence, judge, rationale, signals },
      ...{ policy: row.policy_name, policy_version: row.policy_version },
    },
    idempotency_key: `decision:${id}`,
  }
}

function jobOf(read: Read, row: DecidedRow, rules: Rules | null): Job {
  const { action, reason_code, severity, confidence, judge_model, decision_id } = row
  const written = { trace_id: read.said['trace_id'], spans: [spanOf(row, read)] }
  const snapshot = {
    ...{ action, reason_code, severity, confidence, judge_model, rule: null, degraded: false, decision_id },
    policy_version: versionOf(row),
    at: writeTime(Math.floor(row.created_at / 1000) * 1000),
  }
  return {
    ...toJob(row.project_no, written, rules),
    decided: { trace: { key: row.trace_key, form: row.id_form, text: row.trace_id }, snapshot },
  }
}

/** The decisions of a page that can stand here, each with what the record is told of it. */
async function readDecisions(bringing: Bringing, rows: Row[]): Promise<Decision[]> {
  const { deps, tally } = bringing
  const reads = rows.flatMap((row) => readRow(bringing, 'trace_decisions', row) ?? [])
  const policies = await findPolicies(bringing, reads)
  const asked = reads.map(({ project, said }) => ({
    project_no: project.project_no,
    key: idKey(textOr(said['trace_id']) ?? ''),
  }))
  const known = await knownTraces(deps.database.sql, asked)
  return reads.flatMap((read) => {
    const fault = faultOf(read, known)
    try {
      if (fault === null)
        return withRules(read.project.masking, (rules) => {
          const row = toRow(read, policies, rules, deps.clock() * 1000)
          return [{ row, job: jobOf(read, row, rules) }]
        })
      refuse(tally, 'trace_decisions', read.id, fault)
    } catch (error) {
      if (!(error instanceof HubError) || error.status >= 500) throw error
      refuse(tally, 'trace_decisions', read.id, reasonOf(error))
    }
    return []
  })
}

/** Decisions with their ids, keys and times; they open no case and tell nobody, since the MVP did. */
export const bringDecisions: Step = {
  table: 'trace_decisions',
  async bring(bringing, rows) {
    const { lane, tally } = bringing
    const decisions = await readDecisions(bringing, rows)
    if (decisions.length === 0) return
    const jobs = decisions.map(({ job }) => job)
    const claimed = await transactGroup(lane, jobs, async (sql) => {
      const rows_of_page = decisions.map(({ row }) => row)
      const ours = new Set(await claimDecisions(sql, rows_of_page))
      const fresh = decisions.filter(({ row }) => ours.has(row))
      if (fresh.length > 0)
        await commitGroup(
          sql,
          fresh.map(({ job }) => job),
          lane,
        )
      return ours.size
    })
    count(tally, 'trace_decisions', 'added', claimed)
    count(tally, 'trace_decisions', 'there', decisions.length - claimed)
  },
}
