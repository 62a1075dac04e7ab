import type postgres from 'postgres'
import { webhookEvents, type News } from '../events.ts'
import { arrayLiteral } from './array-literal.ts'

/**
 * Puts events into the outbox, in the transaction of what they tell. What no webhook can carry (a clean decision) is left
 * out. Gives whether any was put there: after the commit publish `outbox.ready.v1`, or they go out within a second.
 */
export async function announce(sql: postgres.ISql, news: readonly News[], at: Date): Promise<boolean> {
  const told = news.filter((one) => webhookEvents(one).length > 0)
  if (told.length === 0) return false
  await sql.unsafe(
    `insert into outbox (created_at, project_no, event, payload)
     select $1::timestamptz, x.project_no, x.event, x.payload::jsonb
     from unnest($2::text::int[], $3::text::text[], $4::text::text[]) with ordinality
       x(project_no, event, payload, place) order by x.place`,
    [
      at.toISOString(),
      arrayLiteral(told.map(({ project_no }) => project_no)),
      arrayLiteral(told.map(({ event }) => event)),
      arrayLiteral(told.map(({ payload }) => JSON.stringify(payload))),
    ],
    { prepare: true },
  )
  return true
}
