import { Type as t, type Static } from '@sinclair/typebox'
import type { ProjectRef } from '#shared/http/auth.ts'
import { countRows, findProjects, readPage } from '#shared/mvp/read-page.ts'
import { NoImport, openSource, type Source } from '#shared/mvp/source.ts'
import type { Bringing, Step } from '#shared/mvp/step.ts'
import { count, newTally, Tally } from '#shared/mvp/tally.ts'
import { catalogue } from '#shared/price.ts'
import { checkOf } from '#shared/schema/check.ts'
import { Limits } from '#shared/schema/limits.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import type { Sql } from '#shared/store/connect.ts'
import { laneConnection } from '#shared/store/lane/lane-connection.ts'
import type { Persistence } from '#shared/store/lane/persist-group.ts'
import { LOCKS } from '#shared/store/locks.ts'
import { documentReader } from '#shared/store/read-documents.ts'
import { keepPartitions, type Partitions } from '../record/keep-partitions.ts'
import { requireRights } from './require-rights.ts'
import { dropCursor, readCursor, saveCursor, type Cursor } from '../upkeep/cursor.ts'

const CACHE_BYTES = 16 * 1024 * 1024

/** What stays behind, and why. */
const LEFT = {
  notifications: 'what was sent was sent; webhooks are set up anew',
  judge_cache: 'it can be made again',
} as const

const Place = t.Object({ table: t.String(), after: t.Array(t.String()), tally: Tally })
type Place = Static<typeof Place>

type Options = {
  from: string
  project_id?: string
  restart: boolean
  steps: readonly Step[]
  hear: (table: string, done: number, all: number) => void
}

/** What an import came to; `since` is when it began, in the case that it went on with one that was cut off. */
export type Imported = { tally: Tally; from: string; left: string[]; since: Date | null }

async function readProjects(sql: Sql, wanted: string[]): Promise<Map<string, ProjectRef>> {
  const rows = await sql<(Omit<ProjectRef, 'limits'> & { limits: unknown })[]>`
    select project_no, project_id, name, masking, limits
    from projects left join project_settings using (project_no) where project_id = any(${wanted}::uuid[])`
  return new Map(
    rows.map(({ limits, ...row }) => [
      row.project_id,
      { ...row, limits: checkOf(Limits).Check(limits) ? limits : null },
    ]),
  )
}

/** The lane's way of writing, without telling the outside: what failed long ago is no news. */
const openLane = (deps: Deps, partitions: Partitions): Persistence => ({
  connection: laneConnection(deps.database),
  documents: documentReader(CACHE_BYTES),
  encoders: new Map(),
  price: catalogue(),
  dayFor: partitions.dayFor,
  makePartitions: partitions.make,
  clock: deps.clock,
  quiet: true,
})

type Walk = Omit<Bringing, 'projects'> &
  Pick<Options, 'hear'> & { wanted: string[]; job: string; cursor: Cursor }

/** Walks one table from a place to its end, a page at a time; where it stands is saved after each. */
async function walkTable(walk: Walk, step: Step, begin: readonly string[]): Promise<void> {
  const { source, wanted, tally, sql, cursor, job, hear, ...rest } = walk
  const { table } = step
  const all = await source.ask((tx) => countRows(tx, table, wanted))
  for (let after = begin; ;) {
    const from = after
    const rows = await source.ask((tx) => readPage(tx, table, wanted, from))
    const last = rows.at(-1)
    if (!last) return
    count(tally, table, 'read', rows.length)
    const projects = await readProjects(sql, wanted)
    await step.bring({ ...rest, source, tally, sql, projects }, rows)
    after = last.place
    cursor.walked += rows.length
    cursor.place = { table, after, tally } satisfies Omit<Place, 'after'> & { after: readonly string[] }
    await saveCursor(sql, job, cursor)
    const done = tally.tables[table]?.read ?? 0
    hear(table, done, Math.max(all, done))
  }
}

async function countLeft(source: Source, wanted: string[]): Promise<string[]> {
  const left: string[] = []
  for (const [table, why] of Object.entries(LEFT)) {
    const rows = await source.ask((tx) => countRows(tx, table, wanted))
    if (rows > 0) left.push(`${rows} of ${table}: ${why}`)
  }
  return left
}

async function finish({ deps, sql, job, tally, source }: Walk): Promise<void> {
  await dropCursor(sql, job)
  const sum = (outcome: 'added' | 'there' | 'refused') =>
    Object.values(tally.tables).reduce((all, counts) => all + counts[outcome], 0)
  const deed = {
    at: new Date(deps.clock()),
    actor: 'operator',
    project_no: null,
    subject: source.place,
  } as const
  const detail = { added: sum('added'), there: sum('there'), refused: sum('refused') }
  await writeAudit(sql, { ...deed, action: 'record.imported', detail })
}

async function walkAll(deps: Deps, sql: Sql, source: Source, options: Options): Promise<Imported> {
  const { project_id, steps, restart, hear } = options
  const wanted = await source.ask((tx) => findProjects(tx, project_id))
  if (project_id !== undefined && wanted.length === 0)
    throw new NoImport(`${source.place} has no project ${project_id}`)
  const job = `import ${source.place} ${project_id ?? 'all'}`
  const held = restart ? null : await readCursor(sql, job)
  const place = checkOf(Place).Check(held?.place) ? held.place : null
  const cursor = held ?? { started_at: new Date(deps.clock()), walked: 0, changed: 0, place: null }
  const tally = place?.tally ?? newTally()
  const partitions = await keepPartitions(deps)
  const lane = openLane(deps, partitions)
  const walking: Walk = { deps, sql, lane, source, tally, hear, wanted, job, cursor }
  try {
    const at = Math.max(
      0,
      steps.findIndex(({ table }) => table === place?.table),
    )
    for (const step of steps.slice(at))
      await walkTable(walking, step, place?.table === step.table ? place.after : [])
    await finish(walking)
    const left = await countLeft(source, wanted)
    return { tally, from: source.place, left, since: held?.started_at ?? null }
  } finally {
    await lane.connection.stop()
    partitions.stop()
  }
}

/**
 * Brings the data of an MVP over, table by table, through the ways that clients' data goes. A run that was cut off goes on
 * where it was, and what is there already is told by its keys. Null when another process is at it.
 */
export async function importMvp(deps: Deps, options: Options): Promise<Imported | null> {
  const source = await openSource(options.from)
  const sql = deps.database.dedicated('import')
  try {
    await requireRights(sql)
    const [lock] = await sql<[{ held: boolean }]>`select pg_try_advisory_lock(${LOCKS.import}) held`
    return lock.held ? await walkAll(deps, sql, source, options) : null
  } finally {
    await sql.end({ timeout: 1 })
    await source.stop()
  }
}
