import { shownId } from '#shared/ids.ts'
import { STALE_MS } from '#shared/schema/status.ts'
import type { Deps } from '#shared/service.ts'
import { announce } from '#shared/store/announce.ts'
import type { Transaction } from '#shared/store/connect.ts'

/** Traces that one transaction tells of. */
const BATCH = 500

type Quiet = {
  trace_no: string
  trace_key: string
  id_form: number
  trace_id: string | null
  /** As the database writes it, with the microseconds. */
  updated_at: string
  quiet_since: number
}

/** Up to where the traces of a project have been looked at, by the time of their last news. */
type Place = { updated_at: string; trace_no: string }

const jobOf = (project_no: number) => `stale ${project_no}`

/**
 * Where the look at a project goes on; null while another process is at it. It begins with what goes quiet from now on, so
 * that an upgrade does not tell of all that ever did.
 */
async function claimPlace(sql: Transaction, project_no: number, until: string): Promise<Place | null> {
  const job = jobOf(project_no)
  const first: Place = { updated_at: until, trace_no: '0' }
  await sql`
    insert into upkeep_cursors (job, started_at, walked, changed, place)
    values (${job}, now(), 0, 0, ${JSON.stringify(first)}::text::jsonb) on conflict (job) do nothing`
  const [row] = await sql<Place[]>`
    select place ->> 'updated_at' as updated_at, place ->> 'trace_no' as trace_no
    from upkeep_cursors where job = ${job} for update skip locked`
  return row ?? null
}

async function savePlace(sql: Transaction, project_no: number, place: Place, told: number): Promise<void> {
  await sql`
    update upkeep_cursors set changed = changed + ${told}, place = ${JSON.stringify(place)}::text::jsonb
    where job = ${jobOf(project_no)}`
}

// The order is that of the columns, which their texts would hide under the same names.
const findQuiet = (sql: Transaction, project_no: number, after: Place, until: string) => sql<Quiet[]>`
  select t.trace_no::text, t.trace_key, t.id_form, t.trace_id, t.updated_at::text,
    (extract(epoch from t.updated_at) * 1000)::float8 as quiet_since
  from traces t
  where t.project_no = ${project_no} and t.status = 0 and t.total_spans > t.ended_spans
    and t.updated_at < ${until}::text::timestamptz
    and (t.updated_at, t.trace_no) > (${after.updated_at}::text::timestamptz, ${after.trace_no}::text::bigint)
  order by t.updated_at, t.trace_no limit ${BATCH}`

async function tellBatch({ database, clock }: Deps, project_no: number): Promise<number> {
  const now = clock()
  const until = new Date(now - STALE_MS).toISOString()
  const { told } = await database.sql.begin(async (sql) => {
    const after = await claimPlace(sql, project_no, until)
    if (!after) return { told: 0 }
    const quiet = await findQuiet(sql, project_no, after, until)
    const last = quiet.at(-1)
    if (!last) return { told: 0 }
    const news = quiet.map(({ trace_key, id_form, trace_id, quiet_since }) => ({
      ...{ project_no, event: 'trace.stale' as const },
      payload: {
        trace_id: shownId(trace_key, id_form, trace_id),
        quiet_since: new Date(quiet_since).toISOString(),
      },
    }))
    await announce(sql, news, new Date(now))
    const { updated_at, trace_no } = last
    await savePlace(sql, project_no, { updated_at, trace_no }, quiet.length)
    return { told: quiet.length }
  })
  return told
}

/**
 * Tells of traces that have gone quiet: running, with open spans, and nothing new for half an hour. Each is told once,
 * and once more if it wakes up and goes quiet again; whichever process holds the project's place tells it. Gives how many.
 */
export async function tellStale(deps: Deps, stopping: () => boolean = () => false): Promise<number> {
  const projects = await deps.database.sql<{ project_no: number }[]>`
    select project_no from projects order by 1`
  let all = 0
  for (const { project_no } of projects) {
    for (let told = BATCH; told === BATCH && !stopping(); all += told)
      told = await tellBatch(deps, project_no)
  }
  if (all > 0) deps.bus.publish('outbox.ready.v1', {})
  return all
}
