import { HubError } from '#shared/errors.ts'
import { dashed, idKey, shownId } from '#shared/ids.ts'
import type { Rules } from '#shared/masking/mask-document.ts'
import { withRules } from '#shared/masking/rules-of.ts'
import { textOr } from '#shared/mvp/settle.ts'
import { readRow, reasonOf, type Bringing, type Read, type Step } from '#shared/mvp/step.ts'
import { count, refuse, settle } from '#shared/mvp/tally.ts'
import { isAction } from '#shared/policy/actions.ts'
import { isRecord } from '#shared/protocol/clean.ts'
import { arrayLiteral } from '#shared/store/array-literal.ts'
import { commitGroup } from '#shared/store/lane/commit-group.ts'
import type { Job } from '#shared/store/lane/job.ts'
import { transactGroup } from '#shared/store/lane/persist-group.ts'
import { readTime, writeTime } from '#shared/time.ts'
import type { DecidedRun } from '../decisions/decided-row.ts'
import { toJob } from '../decisions/to-job.ts'
import { kept, judgeSpan } from '../decisions/write-down.ts'

type Home = {
  decision_id: string
  span_key: string
  id_form: number
  trace_key: string
  trace_id: string | null
}
type Run = { row: DecidedRun & { project_no: number }; job: Job }

/** A run named its trace alone: it belongs to the decision of that trace which is nearest in time. */
async function findHomes({ sql }: Bringing, reads: Read[]): Promise<Map<string, Home>> {
  const rows = await sql<(Home & { run_id: string })[]>`
    select k.run_id, d.* from unnest(
      ${arrayLiteral(reads.map(({ id }) => id))}::text::uuid[],
      ${arrayLiteral(reads.map(({ project }) => project.project_no))}::text::int[],
      ${arrayLiteral(reads.map(({ said }) => idKey(textOr(said['trace_id']) ?? '')))}::text::text[],
      ${arrayLiteral(reads.map(({ said }) => textOr(said['created_at'])))}::text::timestamptz[]
    ) k(run_id, project_no, trace_key, at)
    cross join lateral (
      select c.decision_id, c.span_key, c.id_form, c.trace_key, c.trace_id
      from decisions c join traces t on t.project_no = c.project_no and t.trace_key = c.trace_key
      where c.project_no = k.project_no and c.trace_key = k.trace_key and c.request_digest = ''
      order by abs(extract(epoch from c.created_at - coalesce(k.at, c.created_at))), c.decision_id limit 1
    ) d`
  return new Map(rows.map(({ run_id, ...home }) => [run_id, home]))
}

const numberOr = (value: unknown): number | null => (typeof value === 'number' ? value : null)

function toRow({ tally, deps }: Bringing, { id, project, said }: Read, home: Home, rules: Rules | null) {
  const { action, output } = said
  if (action !== null && !isAction(action))
    settle(tally, 'judge runs with an action that is none: it stands in their output alone')
  const at = readTime(textOr(said['created_at']) ?? '') ?? deps.clock() * 1000
  return {
    project_no: project.project_no,
    judge_run_id: id,
    decision_id: home.decision_id,
    created_at: at,
    started_at: at,
    latency_us: 0,
    cost_nano: null,
    input_tokens: null,
    output_tokens: null,
    confidence: numberOr(said['confidence']),
    cached: false,
    span_key: idKey(id),
    judge: textOr(said['provider']) ?? 'judge',
    provider: textOr(said['provider']) ?? '',
    model: textOr(said['model']) ?? '',
    action: isAction(action) ? action : null,
    reason_code: kept(rules, textOr(said['reason_code'])),
    output: isRecord(output) ? kept(rules, output) : null,
    error: null,
  }
}

function jobOf(row: Run['row'], home: Home, rules: Rules | null): Job {
  const trace_id = shownId(home.trace_key, home.id_form, home.trace_id)
  const parent = { decision_id: home.decision_id, span_key: home.span_key }
  const written = {
    trace_id,
    spans: [{ ...judgeSpan(parent, row, trace_id), span_id: dashed(row.span_key) }],
  }
  return toJob(row.project_no, written, rules)
}

function readRun(bringing: Bringing, read: Read, homes: Map<string, Home>): Run[] {
  const home = homes.get(read.id)
  try {
    if (home)
      return withRules(read.project.masking, (rules) => {
        const row = toRow(bringing, read, home, rules)
        return [{ row, job: jobOf(row, home, rules) }]
      })
    refuse(bringing.tally, 'judge_runs', read.id, 'its trace has no decision here')
  } catch (error) {
    if (!(error instanceof HubError) || error.status >= 500) throw error
    refuse(bringing.tally, 'judge_runs', read.id, reasonOf(error))
  }
  return []
}

const asJson = (runs: Run[]): string =>
  JSON.stringify(
    runs.map(({ row }) => ({
      ...row,
      created_at: writeTime(row.created_at),
      started_at: writeTime(row.started_at),
    })),
  )

/** Judge runs below the decisions that they were made for. */
export const bringJudgeRuns: Step = {
  table: 'judge_runs',
  async bring(bringing, rows) {
    const { lane, tally } = bringing
    const reads = rows.flatMap((row) => readRow(bringing, 'judge_runs', row) ?? [])
    const homes = await findHomes(bringing, reads)
    const runs = reads.flatMap((read) => readRun(bringing, read, homes))
    if (runs.length === 0) return
    const jobs = runs.map(({ job }) => job)
    const added = await transactGroup(lane, jobs, async (sql) => {
      const made = await sql<{ judge_run_id: string }[]>`
        insert into judge_runs
        select r.* from jsonb_populate_recordset(null::judge_runs, ${asJson(runs)}::text::jsonb) r
        on conflict (judge_run_id) do nothing returning judge_run_id`
      const ours = new Set(made.map(({ judge_run_id }) => judge_run_id))
      const fresh = runs.filter(({ row }) => ours.has(row.judge_run_id)).map(({ job }) => job)
      if (fresh.length > 0) await commitGroup(sql, fresh, lane)
      return ours.size
    })
    count(tally, 'judge_runs', 'added', added)
    count(tally, 'judge_runs', 'there', runs.length - added)
  },
}
