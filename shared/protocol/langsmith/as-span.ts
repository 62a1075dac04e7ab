import { writeTime } from '../../time.ts'
import { isRecord } from '../clean.ts'
import { noAttributes, type OtlpEvent, type OtlpSpan } from '../otlp/span.ts'
import { openPayload } from './constructors.ts'
import type { Placed, SaidRun } from './read-run.ts'
import { modelOf, usageOf } from './read-usage.ts'
import { readStamp } from './stamp.ts'

/** Variables of the environment that the clients copy into each run. */
const OF_ENVIRONMENT = /^(?:LANGSMITH|LANGCHAIN)_/
const AGENT = /^lrn:agents\/([^/]+)\/environments\/([^/]+)$/
const MOST_EVENTS = 100_000
const MOST_HEADS = 20

const RESOURCE = noAttributes()
const SCOPE = { name: 'langsmith', version: '' }

/** The metadata that are somebody's words. */
export const metadataOf = (extra: unknown): [string, unknown][] => {
  const metadata = isRecord(extra) ? extra['metadata'] : null
  return isRecord(metadata) ? Object.entries(metadata).filter(([name]) => !OF_ENVIRONMENT.test(name)) : []
}

/** The agent that a run was addressed to, where it names one in place of a project. */
export function agentOf(address: unknown): { agent_id: string; environment: string } | null {
  const [, agent_id, environment] =
    AGENT.exec(typeof address === 'string' ? address.slice(0, 1024) : '') ?? []
  return agent_id === undefined || environment === undefined ? null : { agent_id, environment }
}

/** LangChain says the message, and then all of the exception: `bad tool\n\nTypeError: bad tool\n    at …`. */
function withoutRepeat(error: string): string {
  let at = error.indexOf('\n\n')
  for (let tries = 0; at !== -1 && tries < MOST_HEADS; tries++) {
    const [head] = /^[\w.]{1,100}: /.exec(error.slice(at + 2, at + 104)) ?? []
    if (head !== undefined && error.startsWith(error.slice(0, at), at + 2 + head.length))
      return error.slice(at + 2)
    at = error.indexOf('\n\n', at + 1)
  }
  return error
}

/** What a run says of its failure; undefined when it says nothing of one. */
function errorOf(said: unknown): string | undefined {
  if (said === null || said === undefined || said === '') return undefined
  return typeof said === 'string' ? withoutRepeat(said) : JSON.stringify(said)
}

function firstTokenOf(events: unknown, start_time: number | null): string | null {
  if (!Array.isArray(events)) return null
  const found: unknown = events
    .slice(0, MOST_EVENTS)
    .find((event: unknown) => isRecord(event) && event['name'] === 'new_token')
  const at = isRecord(found) ? readStamp(found['time']) : null
  if (at === null || start_time === null) return null
  // Events are told to the millisecond, starts to the microsecond.
  return writeTime(at < start_time && start_time - at < 1000 ? start_time : at)
}

const failureOf = (error: string): OtlpEvent => ({
  name: 'exception',
  at: null,
  attributes: Object.assign(noAttributes(), { 'exception.message': error }),
})

/** A run in the words of the dialect, which the normaliser reads like those of any other. */
export function asSpan(
  { id, run }: SaidRun,
  { said, trace_id, parent_id, start_time, end_time, when }: Placed,
): OtlpSpan {
  const attributes = noAttributes()
  const say = (name: string, value: unknown) => {
    if (value !== null && value !== undefined) attributes[`langsmith.${name}`] = value
  }
  for (const [name, value] of metadataOf(said.extra)) say(`metadata.${name}`, value)
  say('span.kind', said.run_type)
  say('span.tags', said.tags)
  say('inputs', openPayload('inputs', run['inputs']))
  say('outputs', openPayload('outputs', run['outputs']))
  const asked = { run_type: said.run_type, outputs: run['outputs'], extra: said.extra }
  say('usage_metadata', usageOf(asked))
  say('model', modelOf(asked))
  say('first_token_at', firstTokenOf(said.events, start_time))
  say('environment', agentOf(run['address'])?.environment)
  const error = errorOf(run['error'])
  return {
    resource: RESOURCE,
    scope: SCOPE,
    trace_id,
    span_id: id,
    parent_span_id: parent_id,
    name: said.name ?? '',
    kind: 0,
    start_time: start_time ?? when,
    end_time,
    attributes,
    events: error === undefined ? [] : [failureOf(error)],
    links: [],
    status_code: error === undefined ? 0 : 2,
    status_message: '',
  }
}
