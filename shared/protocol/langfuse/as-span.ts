import { noAttributes, type Attributes, type OtlpSpan } from '../otlp/span.ts'
import { costOf, countsOf } from './read-usage.ts'
import type { SaidObservation, SaidTrace } from './said.ts'

const NO_RESOURCE = noAttributes()

function attributesOf(said: Record<string, unknown>): Attributes {
  const attributes = noAttributes()
  for (const [name, value] of Object.entries(said))
    if (value !== undefined && value !== null) attributes[`langfuse.${name}`] = value
  return attributes
}

type Saying = {
  trace_id: string
  span_id: string
  name: string
  start_time: number | null
  end_time: number | null
}

const spanOf = (saying: Saying, said: Record<string, unknown>): OtlpSpan => ({
  ...saying,
  parent_span_id: null,
  kind: 0,
  start_time: saying.start_time ?? 0,
  attributes: attributesOf(said),
  events: [],
  links: [],
  status_code: 0,
  status_message: '',
  scope: { name: '', version: '' },
  resource: NO_RESOURCE,
})

/** An observation in the attributes of Langfuse's later SDKs, so that one table reads both. */
export const observationAsSpan = (said: SaidObservation, kind: string, saying: Saying): OtlpSpan =>
  spanOf(saying, {
    'observation.type': kind,
    'observation.model.name': said.model,
    'observation.input': said.input,
    'observation.output': said.output,
    'observation.usage_details': countsOf(said),
    'observation.cost_details': { total: costOf(said) },
    'observation.level': said.level,
    'observation.status_message': said.statusMessage,
    'observation.metadata': said.metadata,
    // Without a start there is nothing to count the time to the first token from.
    'observation.completion_start_time': saying.start_time === null ? undefined : said.completionStartTime,
    environment: said.environment,
    version: said.version,
  })

/** What a trace says of itself, in the same attributes. */
export const traceAsSpan = (said: SaidTrace, saying: Saying): OtlpSpan =>
  spanOf(saying, {
    'trace.name': said.name,
    'user.id': said.userId,
    'session.id': said.sessionId,
    'trace.tags': said.tags,
    'observation.metadata': said.metadata,
    environment: said.environment,
    release: said.release,
    version: said.version,
  })
