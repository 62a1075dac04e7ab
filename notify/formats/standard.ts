import type { Format } from './message.ts'

/** The hub's own form, as Standard Webhooks asks for: type, time, and the data of the event. */
export const standard: Format = ({ event, occurred_at, project_id, payload }) =>
  JSON.stringify({ type: event, timestamp: occurred_at.toISOString(), data: { project_id, ...payload } })
