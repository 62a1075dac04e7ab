import { statfs } from 'node:fs/promises'
import type { Deps } from '#shared/service.ts'
import { LEAVES, leafOf } from '#shared/store/attach-day.ts'
import { dayOf } from '#shared/time.ts'
import { readRetention } from '../../record/retention.ts'
import { fine, look, wrong, type Finding } from './finding.ts'

const DAY_MS = 86_400_000
/** Retention runs every hour, an hour after midnight, and keeps bodies for two days more. */
const LATE_DAYS = 4
const SPARE_SHARE = 0.1
const GIB = 1024 ** 3

/** Whether today and tomorrow have their leaves. */
export async function checkDays({ database: { sql }, clock }: Deps): Promise<Finding[]> {
  const days = [clock(), clock() + DAY_MS].map((at) => dayOf(at * 1000))
  const wanted = days.flatMap((day) => LEAVES.map((table) => leafOf(table, day)))
  const there = await sql<{ name: string }[]>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where c.relname = any(${wanted})`
  const known = new Set(there.map(({ name }) => name))
  const missing = wanted.filter((name) => !known.has(name))
  if (missing.length === 0) return [fine('Today and tomorrow have their partitions')]
  const advice = 'ingest makes them ahead: see that it runs, and its log for "partitions".'
  const today = dayOf(clock() * 1000).replaceAll('-', '')
  const says = `Partitions are missing: ${missing.join(', ')}`
  return [missing.some((name) => name.endsWith(today)) ? wrong(says, advice) : look(says, advice)]
}

/** Whether what is too old goes. */
export async function checkRetention({ database: { sql }, config, clock }: Deps): Promise<Finding[]> {
  const { longest } = await readRetention(sql, config)
  if (longest === null)
    return [look('A project keeps its traces for ever', 'The disk fills: export and set retention_days.')]
  const oldest = leafOf('log', dayOf((clock() - (longest + LATE_DAYS) * DAY_MS) * 1000))
  const rows = await sql<{ name: string }[]>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'log'::regclass and c.relname < ${oldest}`
  return rows.length === 0
    ? [fine(`Nothing is older than the ${longest} days that it is kept`)]
    : [
        wrong(
          `${rows.length} days are past their retention`,
          'ingest deletes them every hour: see its log, or run `retain`.',
        ),
      ]
}

/** How large the database is, and whether the disk of a database of the hub's own has room. */
export async function checkSpace({ database: { sql }, config }: Deps): Promise<Finding[]> {
  const [{ bytes }] = await sql<[{ bytes: number }]>`
    select pg_database_size(current_database())::float8 as bytes`
  const says = `The database has ${(bytes / GIB).toFixed(1)} GiB`
  if (config.database_url !== undefined) return [fine(`${says}; watch the disk of its server`)]
  const { bavail, blocks, bsize } = await statfs(config.data_dir)
  const free = bavail * bsize
  const with_free = `${says}, and ${(free / GIB).toFixed(1)} GiB are free`
  if (free < GIB) return [wrong(with_free, 'Make room now: PostgreSQL stops when the disk is full.')]
  return bavail / blocks < SPARE_SHARE
    ? [look(with_free, 'Make room, or shorten retention.')]
    : [fine(with_free)]
}

type Backlog = { outbox: number | null; search: number; overdue: number }
const LATE_SECONDS = 300
const MUCH_SEARCH = 100_000

/** Whether what services do behind the answers keeps up. */
export async function checkBacklog({ database: { sql }, clock }: Deps): Promise<Finding[]> {
  const now = new Date(clock())
  const [row] = await sql<[Backlog]>`
    select (select extract(epoch from ${now} - min(created_at))::float8 from outbox) as outbox,
      (select count(*)::int from search_queue) as search,
      (select count(*)::int from deliveries
        where state = 'pending' and due_at < ${now}::timestamptz - make_interval(secs => ${LATE_SECONDS})) as overdue`
  const found: Finding[] = []
  if ((row.outbox ?? 0) > LATE_SECONDS)
    found.push(
      wrong(`Events wait since ${Math.round(row.outbox ?? 0)} s`, 'notify takes them: see that it runs.'),
    )
  if (row.overdue > 0)
    found.push(
      look(
        `${row.overdue} deliveries are overdue by five minutes`,
        'See /notifications, and that notify runs.',
      ),
    )
  if (row.search > MUCH_SEARCH)
    found.push(
      look(`${row.search} requests wait to be searchable`, 'ingest indexes them: give it processor time.'),
    )
  return found.length > 0 ? found : [fine('Nothing waits that should be done')]
}
