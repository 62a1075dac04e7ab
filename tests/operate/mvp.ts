import { freshDatabase } from '#shared/testing/fresh-database.ts'
import { join } from 'node:path'
import type { Sql } from '#shared/store/connect.ts'

const SCHEMA = join(import.meta.dir, 'mvp.sql')

type Row = Record<string, string | number | boolean | null | object>

/** Ids that no other test has: projects of one hub are one another's neighbours. */
export const fresh = (): string => crypto.randomUUID()

/** A moment of a day that the hub keeps, one week ago. */
export const at = (seconds: number): string => {
  const day = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10)
  return new Date(Date.parse(day) + 3_600_000 + seconds * 1000).toISOString()
}

export const sha256 = (text: string): string => new Bun.CryptoHasher('sha256').update(text).digest('hex')

const COUNTERS = { has_open_spans: true, total_spans: 0, ended_spans: 0, completion_rate: 0 }

/** A database of the MVP, to be filled row by row as its API left them. */
export async function openMvp() {
  const { database, url, drop } = await freshDatabase()
  const sql: Sql = database.sql
  await sql.file(SCHEMA)
  let last = 0
  const key = () => `key-${String(++last).padStart(6, '0')}`
  // jsonb columns take JSON text, everything else its text: the server knows the types.
  async function put(table: string, row: Row): Promise<string> {
    const whole: Row = { id: fresh(), created_at: at(0), ...row }
    await sql`
      insert into ${sql(table)}
      select * from jsonb_populate_record(null::${sql(table)}, ${JSON.stringify(whole)}::text::jsonb)`
    return String(whole['id'])
  }
  return {
    sql,
    url,
    drop,
    put,
    project: (row: Row = {}) =>
      put('projects', {
        ...{
          name: 'agents',
          api_key_hash: sha256(fresh()),
          current_api_key: null,
          is_active: true,
          key_activated: true,
        },
        ...row,
      }),
    trace: (project_id: string, row: Row = {}) =>
      put('traces', {
        project_id,
        status: 'running',
        start_time: at(0),
        attributes: {},
        ...COUNTERS,
        ...row,
      }),
    span: (project_id: string, trace_id: string, row: Row = {}) =>
      put('spans', {
        ...{ project_id, trace_id, name: 'step', span_type: 'task', status: 'running', start_time: at(1) },
        ...{ attributes: {}, idempotency_key: key() },
        ...row,
      }),
    event: (project_id: string, trace_id: string, row: Row = {}) =>
      put('span_events', {
        ...{
          project_id,
          trace_id,
          event_type: 'LOG',
          event_time: at(2),
          payload: {},
          idempotency_key: key(),
        },
        ...row,
      }),
    evaluation: (project_id: string, row: Row = {}) =>
      put('evaluations', {
        ...{
          project_id,
          eval_name: 'faithfulness',
          eval_model: 'gpt-4.1',
          score: 0.5,
          passed: true,
          metadata: {},
        },
        idempotency_key: key(),
        ...row,
      }),
    decision: (project_id: string, trace_id: string, row: Row = {}) =>
      put('trace_decisions', {
        ...{ project_id, trace_id, action: 'ALLOW_ANSWER', reason_code: 'DEFAULT_ALLOW', severity: 'low' },
        ...{
          confidence: 0.7,
          policy_version: `${fresh()}:v1`,
          judge_model: 'heuristic',
          signals: { pii: false },
        },
        ...{ rationale: 'nothing found', idempotency_key: key(), created_at: at(5) },
        ...row,
      }),
  }
}

export type Mvp = Awaited<ReturnType<typeof openMvp>>
