import { reasonOf } from '../start-error.ts'
import { openClient, type Sql, type Transaction } from '../store/connect.ts'
import { isUnavailable } from '../store/failure.ts'

/** Nothing can be brought over; the message is the one line that the operator sees. */
export class NoImport extends Error {
  override readonly name = 'NoImport'
}

/** The tables of the MVP, and what of them is read: all that its four migrations made. */
const TABLES = {
  projects: 'id name api_key_hash current_api_key is_active key_activated created_at',
  traces:
    'id project_id external_trace_id status start_time end_time attributes model environment user_id session_id input_text output_text user_review_passed',
  spans:
    'id project_id trace_id parent_span_id name span_type status start_time end_time error attributes idempotency_key',
  span_events: 'id project_id trace_id span_id event_type event_time payload idempotency_key',
  evaluations:
    'id project_id trace_id span_id eval_name eval_model score passed metadata user_review_passed idempotency_key created_at',
  policies: 'id project_id name description created_at',
  policy_versions: 'id policy_id version effective_from active definition created_at',
  trace_decisions:
    'id project_id trace_id action reason_code severity confidence policy_version judge_model signals rationale idempotency_key created_at',
  judge_runs: 'id project_id trace_id provider model action reason_code confidence output created_at',
  cases: 'id project_id trace_id reason_code status assignee acknowledged_at resolved_at created_at',
  notifications: 'id project_id',
  judge_cache: 'id project_id',
} as const

/** The MVP's database, which is read and never written. */
export type Source = {
  /** Where it is, without who reads it. */
  place: string
  /** Asks in a transaction of its own that sees one moment and cannot write. */
  ask<T>(work: (sql: Transaction) => Promise<T>): Promise<T>
  stop(): Promise<void>
}

function placeOf(url: string): string {
  try {
    const { protocol, hostname, port, pathname } = new URL(url)
    if (/^postgres(ql)?:$/.test(protocol)) return `${hostname}:${port || '5432'}${pathname}`
  } catch {
    // Told below; the text may hold a password.
  }
  throw new NoImport('--from is no address like postgres://user:password@host:5432/database')
}

async function check(sql: Transaction, place: string): Promise<void> {
  const columns = await sql<{ name: string }[]>`
    select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = any(current_schemas(false))`
  const there = new Set(columns.map(({ name }) => name))
  const wanted = Object.entries(TABLES).flatMap(([table, names]) =>
    names.split(' ').map((name) => `${table}.${name}`),
  )
  const missing = wanted.find((name) => !there.has(name))
  if (missing !== undefined)
    throw new NoImport(`${place} is no database of the MVP at its last migration: there is no ${missing}`)
}

const asker =
  (sql: Sql, place: string): Source['ask'] =>
  async (work) => {
    try {
      // What begins a transaction gives wraps arrays of promises; the work gives none.
      const { given } = await sql.begin('isolation level repeatable read read only', async (tx) => ({
        given: await work(tx),
      }))
      return given
    } catch (cause) {
      if (!isUnavailable(cause)) throw cause
      throw new NoImport(`${place} cannot be read: ${reasonOf(cause)}. Run it again, it goes on where it was`)
    }
  }

/** Connects to the MVP's database and makes sure that it is one. */
export async function openSource(url: string): Promise<Source> {
  const place = placeOf(url)
  // A plan for any page would not begin in the middle of an index.
  const connection = { default_transaction_read_only: true, plan_cache_mode: 'force_custom_plan' }
  const sql = openClient(url, 'import', { max: 1, connection })
  const ask = asker(sql, place)
  const stop = () => sql.end({ timeout: 1 })
  try {
    await ask((tx) => check(tx, place))
  } catch (cause) {
    await stop()
    throw cause instanceof NoImport ? cause : new NoImport(`${place} cannot be read: ${reasonOf(cause)}`)
  }
  return { place, ask, stop }
}
