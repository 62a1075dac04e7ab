import { isRecord } from '../clean.ts'
import type { Normal } from '../dialects/normalise.ts'
import { noAttributes } from '../otlp/span.ts'
import { agentOf, metadataOf } from './as-span.ts'

/** Members that are the span itself, or stand in the attributes under another name. */
const TAKEN = new Set([
  ...['id', 'trace_id', 'parent_run_id', 'name', 'start_time', 'end_time', 'inputs', 'outputs', 'error'],
  ...['extra', 'events', 'session_name', 'child_runs', 'attachments', 'address', 'dotted_order'],
])

/** A run that is told again tells its first events again. */
function distinctEvents(events: unknown[]): unknown[] {
  const seen = new Set<string>()
  return events.filter((event) => {
    if (!isRecord(event)) return true
    const key = JSON.stringify([event['name'], event['time'], event['kwargs']])
    return !seen.has(key) && seen.add(key)
  })
}

/** All that a run says beside what a span has a place for; what it does not say is left out, so that nothing is taken back. */
export function attributesOf(run: Record<string, unknown>, { first_token_ms, tokens }: Normal) {
  const attributes = noAttributes()
  const say = (name: string, value: unknown) => {
    if (value !== null && value !== undefined) attributes[name] = value
  }
  for (const [name, value] of Object.entries(run)) if (!TAKEN.has(name)) say(name, value)
  const { extra, events } = run
  if (isRecord(extra)) {
    for (const [name, value] of Object.entries(extra)) if (name !== 'metadata') say(name, value)
    if (isRecord(extra['metadata'])) say('metadata', Object.fromEntries(metadataOf(extra)))
  }
  if (Array.isArray(events)) say('events', distinctEvents(events))
  say('project_alias', run['session_name'])
  say('agent_id', agentOf(run['address'])?.agent_id)
  say('time_to_first_token_ms', first_token_ms)
  say('cache_write_tokens', tokens.cache_write)
  return attributes
}
