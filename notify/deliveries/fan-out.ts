import type { TObject } from '@sinclair/typebox'
import { EVENTS, webhookEvents, type News, type WebhookEvent } from '#shared/events.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { takeOutbox, type OutboxRow } from '#shared/store/take-outbox.ts'
import type { NotifyDeps } from '../deps.ts'
import { asJson } from './as-json.ts'
import { isSevereEnough, matchesEvent } from '../subscriptions/wanted.ts'

/** Events that one transaction fans out. */
export const BATCH = 500

type Hearer = {
  subscription_id: string
  project_no: number | null
  events: string[]
  min_severity: string | null
}

/** Those that hear of these projects; none of them can be deleted before the deliveries are committed. */
const readHearers = (sql: Transaction, projects: number[]) => sql<Hearer[]>`
  select subscription_id, project_no, events, min_severity from subscriptions
  where disabled_at is null and (project_no = any(${projects}) or project_no is null)
  order by subscription_id for key share`

/** What the row says, when this release knows such an event; the members in the order of its schema. */
function readNews({ project_no, event, payload }: OutboxRow): News | null {
  const schemas: Record<string, TObject> = EVENTS
  const schema = Object.hasOwn(schemas, event) ? schemas[event] : undefined
  if (!schema || !checkOf(schema).Check(payload)) return null
  const ordered = Object.fromEntries(Object.keys(schema.properties).map((name) => [name, payload[name]]))
  // The schema of the event has checked what the type says.
  return { project_no, event, payload: ordered } as News
}

const wants = (hearer: Hearer, event: WebhookEvent, { project_no, payload }: News): boolean =>
  (hearer.project_no === null || hearer.project_no === project_no) &&
  matchesEvent(hearer.events, event) &&
  isSevereEnough(hearer.min_severity, 'severity' in payload ? payload.severity : null)

/**
 * Turns events of the outbox into deliveries, in one transaction. Any number of processes may do it: an event is fanned
 * out exactly once, and is gone also when nobody wants to hear of it. Gives how many events it took, and how many of them
 * another release had written in a way that this one does not know.
 */
export async function fanOut({ database, clock }: NotifyDeps): Promise<{ taken: number; unknown: number }> {
  return database.sql.begin(async (sql) => {
    const events = await takeOutbox(sql, BATCH)
    if (events.length === 0) return { taken: 0, unknown: 0 }
    const hearers = await readHearers(sql, [...new Set(events.map(({ project_no }) => project_no))])
    const due_at = new Date(clock())
    let unknown = 0
    const rows = events.flatMap((row) => {
      const news = readNews(row)
      if (!news) {
        unknown++
        return []
      }
      return webhookEvents(news).flatMap((event) =>
        hearers
          .filter((hearer) => wants(hearer, event, news))
          .map(({ subscription_id }) => ({
            ...{ delivery_id: Bun.randomUUIDv7(), subscription_id, project_no: row.project_no },
            ...{ occurred_at: row.created_at, event, payload: asJson(sql, news.payload) },
            ...{ state: 'pending', due_at },
          })),
      )
    })
    // Sixty-five thousand parameters are the most that a statement takes.
    for (let from = 0; from < rows.length; from += BATCH) {
      await sql`insert into deliveries ${sql(rows.slice(from, from + BATCH))}`
    }
    return { taken: events.length, unknown }
  })
}
