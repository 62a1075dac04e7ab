import { createHmac } from 'node:crypto'
import { HubError } from '#shared/errors.ts'
import { idKey } from '#shared/ids.ts'
import type { Deps } from '#shared/service.ts'
import type { Sql } from '#shared/store/connect.ts'
import { LOCKS } from '#shared/store/locks.ts'
import { findSentWith } from './find-sent-with.ts'
import { finishErasures, type Erased, type Hear } from './finish-erasure.ts'

/** What is to be erased of a project: one trace, or all traces that were ever sent with a user. */
export type Asked = { project_id: string; actor: string } & ({ trace_id: string } | { user_id: string })

/** Writes down what is to be erased, so that it is finished also when this process is killed. */
async function open({ config, clock }: Deps, sql: Sql, asked: Asked, hear: Hear): Promise<string> {
  const [project] = await sql<{ project_no: number }[]>`
    select project_no from projects where project_id::text = ${asked.project_id.toLowerCase()}`
  if (!project) throw new HubError('project_not_found')
  const { project_no } = project
  const of_trace = 'trace_id' in asked
  const action = of_trace ? 'trace.erased' : 'user.erased'
  // The audit must not keep the name of a person who asked to be forgotten; with the secret it can be recognised.
  const subject = of_trace
    ? asked.trace_id
    : `hmac ${createHmac('sha256', config.secret_key).update(asked.user_id).digest('hex').slice(0, 32)}`
  const sent_with = of_trace
    ? []
    : await findSentWith(sql, project_no, asked.user_id, (done, all) => hear('bodies searched', done, all))
  const erasure_id = Bun.randomUUIDv7()
  await sql.begin(async (tx) => {
    await tx`
      insert into erasures (erasure_id, asked_at, project_no, actor, action, subject)
      values (${erasure_id}, ${new Date(clock())}, ${project_no}, ${asked.actor}, ${action}, ${subject})`
    if (of_trace) {
      await tx`insert into erasure_traces (erasure_id, trace_key) values (${erasure_id}, ${idKey(asked.trace_id)})`
    } else {
      await tx`
        insert into erasure_traces (erasure_id, trace_key)
        select ${erasure_id}::uuid, trace_key from traces
        where project_no = ${project_no} and user_id = ${asked.user_id}
        union
        select ${erasure_id}::uuid, trace_key from expired_traces
        where project_no = ${project_no} and user_id = ${asked.user_id}
        union
        select ${erasure_id}::uuid, unnest(${sent_with}::text[])`
    }
  })
  return erasure_id
}

/**
 * Erases a trace, or all traces of a user, from every table and every body of the log. First the rows, each trace under
 * its lock; then the project's bodies, in which its items become null. A run that was killed is finished by the next;
 * null when another process has finished this one meanwhile.
 */
export async function erase(deps: Deps, asked: Asked, hear: Hear = () => {}): Promise<Erased | null> {
  const sql = deps.database.dedicated('erase')
  try {
    const erasure_id = await open(deps, sql, asked, hear)
    await sql`select pg_advisory_lock(${LOCKS.erase})`
    return (await finishErasures(deps, sql, hear)).get(erasure_id) ?? null
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** Finishes erasures that a killed process left behind, unless another process is at it. */
export async function resumeErasures(deps: Deps, hear: Hear = () => {}): Promise<void> {
  const sql = deps.database.dedicated('erase')
  try {
    const [lock] = await sql<[{ held: boolean }]>`select pg_try_advisory_lock(${LOCKS.erase}) held`
    if (lock.held) await finishErasures(deps, sql, hear)
  } finally {
    await sql.end({ timeout: 1 })
  }
}
