import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import type { Sql } from '#shared/store/connect.ts'
import { isBusy } from '#shared/store/failure.ts'
import { firstLogIdAt } from '#shared/store/log-id.ts'
import { documentReader } from '#shared/store/read-documents.ts'
import { eraseBodies, type Erasing } from '#shared/store/upkeep/erase-bodies.ts'
import { eraseRows } from '#shared/store/upkeep/erase-rows.ts'
import { sweepDays, sweepDecisions } from '#shared/store/upkeep/sweep-days.ts'
import { forgetErased } from '#shared/store/upkeep/expire-traces.ts'
import { catchUp } from '../search/index-bodies.ts'

/** What an erasure took away; a body that is unreadable may still hold words of it. */
export type Erased = { traces: number; spans: number; bodies: number; unreadable: number }

/** Hears how far an erasure is: bodies searched for a user, traces, then bodies read in the log. */
export type Hear = (what: 'bodies searched' | 'traces' | 'bodies', done: number, all: number) => void

type Erasure = {
  erasure_id: string
  project_no: number
  actor: string
  action: 'trace.erased' | 'user.erased'
  subject: string
  scanned: string | null
}

const BATCH = 20
const INDEX_CACHE_BYTES = 4 * 1024 * 1024
const TRIES = 3
const FIRST = '00000000-0000-0000-0000-000000000000'
/** Clocks of the processes that write the log may be ahead of ours by so much. */
const CLOCKS_DIFFER_MS = 60_000

/** Deletes the rows of a batch of traces; gives how many traces it dealt with, 0 when none is left. */
async function eraseBatch(sql: Sql, { erasure_id, project_no }: Erasure): Promise<number> {
  const batch = await sql<{ trace_key: string }[]>`
    select trace_key from erasure_traces
    where erasure_id = ${erasure_id} and not rows_gone order by trace_key limit ${BATCH}`
  const trace_keys = batch.map(({ trace_key }) => trace_key)
  if (trace_keys.length === 0) return 0
  await sql.begin(async (tx) => {
    const erased = await eraseRows(tx, project_no, trace_keys)
    for (const { trace_key, trace_day, spans, eval_logs } of erased) {
      await tx`
        update erasure_traces set spans = ${spans}, trace_day = ${trace_day}::text::date, eval_logs = ${eval_logs}::uuid[]
        where erasure_id = ${erasure_id} and trace_key = ${trace_key}`
    }
    await tx`
      update erasure_traces e set rows_gone = true, eval_logs = e.eval_logs || coalesce((
        select x.eval_logs from expired_traces x
        where x.project_no = ${project_no} and x.trace_key = e.trace_key), '{}')
      where e.erasure_id = ${erasure_id} and e.trace_key = any(${trace_keys}::text[])`
  })
  return trace_keys.length
}

async function eraseAllRows(sql: Sql, erasure: Erasure, hear: Hear): Promise<void> {
  const { erasure_id } = erasure
  const [count] = await sql<[{ left: number; all: number }]>`
    select count(*) filter (where not rows_gone)::int "left", count(*)::int "all"
    from erasure_traces where erasure_id = ${erasure_id}`
  let done = count.all - count.left
  for (let tries = 1; ;) {
    try {
      const erased = await eraseBatch(sql, erasure)
      if (erased === 0) return
      done += erased
      hear('traces', done, count.all)
      tries = 1
    } catch (error) {
      if (!isBusy(error) || tries++ === TRIES) throw error
    }
  }
}

async function readErasing(sql: Sql, { erasure_id, project_no }: Erasure): Promise<Erasing> {
  const rows = await sql<{ trace_key: string; eval_logs: string[] }[]>`
    select trace_key, eval_logs::text[] from erasure_traces where erasure_id = ${erasure_id}`
  return {
    project_no,
    trace_keys: new Set(rows.map(({ trace_key }) => trace_key)),
    eval_logs: new Set(rows.flatMap(({ eval_logs }) => eval_logs)),
  }
}

async function eraseAllBodies(deps: Deps, sql: Sql, erasure: Erasure, hear: Hear): Promise<void> {
  const { erasure_id, project_no } = erasure
  const erasing = await readErasing(sql, erasure)
  if (erasing.trace_keys.size === 0) return
  const before = firstLogIdAt(deps.clock() + CLOCKS_DIFFER_MS)
  let after = erasure.scanned ?? FIRST
  const [left] = await sql<[{ bodies: number }]>`
    select count(*)::int bodies from log
    where project_no = ${project_no} and log_id > ${after} and log_id < ${before} and body is not null`
  let read = 0
  for (;;) {
    const page = await eraseBodies(sql, erasing, after, before)
    if (!page) return
    after = page.scanned
    read += page.read
    await sql`
      update erasures set scanned = ${after}, bodies = bodies + ${page.days.length},
        unreadable = unreadable + ${page.unreadable},
        log_days = array(select distinct unnest(log_days || ${page.days}::text[]::date[]))
      where erasure_id = ${erasure_id}`
    hear('bodies', read, Math.max(read, left.bodies))
  }
}

/** What was deleted lies in the files and in the planner's samples until these tables are swept. */
async function sweep(sql: Sql, { erasure_id, project_no }: Erasure): Promise<void> {
  const [days] = await sql<[{ rows: string[]; bodies: string[]; decided: boolean }]>`
    select exists (select from erasure_traces x join decisions d on d.trace_key = x.trace_key
        where x.erasure_id = ${erasure_id} and d.project_no = ${project_no}) decided,
      array(select distinct trace_day::text from erasure_traces
      where erasure_id = ${erasure_id} and trace_day is not null) "rows", log_days::text[] bodies
    from erasures where erasure_id = ${erasure_id}`
  await sweepDays(sql, days.rows, days.bodies)
  if (days.decided) await sweepDecisions(sql)
}

async function close(deps: Deps, sql: Sql, erasure: Erasure): Promise<Erased> {
  const { erasure_id, project_no, actor, action, subject } = erasure
  const { trace_keys } = await readErasing(sql, erasure)
  const [erased] = await sql<[Erased]>`
    select (select count(spans)::int from erasure_traces where erasure_id = ${erasure_id}) traces,
      (select coalesce(sum(spans), 0)::int from erasure_traces where erasure_id = ${erasure_id}) spans,
      bodies, unreadable
    from erasures where erasure_id = ${erasure_id}`
  await sql.begin(async (tx) => {
    await forgetErased(tx, project_no, [...trace_keys])
    await tx`delete from erasures where erasure_id = ${erasure_id}`
    const at = new Date(deps.clock())
    await writeAudit(tx, { at, actor, action, project_no, subject, detail: { ...erased } })
  })
  return erased
}

/** Finishes every erasure that was begun, oldest first; gives what each took away, by its id. */
export async function finishErasures(deps: Deps, sql: Sql, hear: Hear): Promise<Map<string, Erased>> {
  const finished = new Map<string, Erased>()
  const erasures = await sql<Erasure[]>`
    select erasure_id, project_no, actor, action, subject, scanned from erasures order by erasure_id`
  for (const erasure of erasures) {
    await eraseAllRows(sql, erasure, hear)
    await eraseAllBodies(deps, sql, erasure, hear)
    await catchUp({ database: { sql }, documents: documentReader(INDEX_CACHE_BYTES) }, erasure.project_no)
    await sweep(sql, erasure)
    finished.set(erasure.erasure_id, await close(deps, sql, erasure))
  }
  return finished
}
