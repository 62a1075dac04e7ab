import { isSpanType, LANGGRAPH_NODE } from '../../schema/span-types.ts'
import { clean } from '../clean.ts'
import { noAttributes, type Attributes, type OtlpSpan } from '../otlp/span.ts'
import { isVisit, type ChoiceRef, type NodeRef, type TraceValues } from '../saying.ts'
import { readTime } from '../../time.ts'
import type { Dialect } from './dialect.ts'
import { DIALECTS, dialectsOf } from './index.ts'
import { readMessages } from './messages.ts'
import { readCost, readTokens, type Tokens } from './read-counts.ts'
import { readGraph, textsOf } from './read-graph.ts'
import { unfold, unfoldRecord } from './read-json.ts'
import { readOutcome, type Outcome } from './read-outcome.ts'
import { readPlace } from './read-place.ts'

/** What a span of any dialect says, in the hub's terms. */
export type Normal = Outcome & {
  dialects: readonly Dialect[]
  name: string
  span_type: string
  model: string | null
  provider: string | null
  tokens: Tokens
  cost_nano: number | null
  node: NodeRef | ChoiceRef | null
  metadata: Attributes
  /** What it says of its trace; null when that is nothing. */
  trace: Partial<TraceValues> | null
  first_token_ms: number | null
}

const LONGEST_NAME = 1024
const LONGEST_LABEL = 255
const MOST_TAGS = 100

/** The first of some attributes that says something, as a short text. */
function label(attributes: Attributes, keys: readonly string[] | undefined): string | null {
  for (const key of keys ?? []) {
    const value = attributes[key]
    const text = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
    if (text !== '') return clean(text.slice(0, LONGEST_LABEL))
  }
  return null
}

type Labels = 'model' | 'provider' | 'user' | 'session' | 'environment' | 'release' | 'trace_name'

function labelOf(attributes: Attributes, dialects: readonly Dialect[], field: Labels): string | null {
  for (const dialect of dialects) {
    const found = label(attributes, dialect[field])
    if (found !== null) return found
  }
  return null
}

function kindOf({ attributes }: OtlpSpan, dialects: readonly Dialect[]): string | null {
  for (const { kinds } of dialects) {
    for (const { key, types } of kinds ?? []) {
      const said = attributes[key]
      if (typeof said !== 'string' || said === '') continue
      if (Object.hasOwn(types, said)) return types[said] ?? null
      const other = [said.toLowerCase(), said.toUpperCase()].find((name) => Object.hasOwn(types, name))
      if (other !== undefined) return types[other] ?? null
    }
  }
  return null
}

/** Where no dialect names the kind: a tool has a name, a call a model. */
function guessKind(attributes: Attributes, model: string | null): string {
  if (attributes['gen_ai.tool.name'] !== undefined || attributes['tool.name'] !== undefined) return 'tool'
  return model === null ? 'span' : 'llm'
}

function nameOf(span: OtlpSpan, dialects: readonly Dialect[], span_type: string): string {
  for (const { names } of dialects) {
    for (const { key, of } of names ?? []) {
      const said = span.attributes[key]
      if (typeof said === 'string' && said !== '' && (!of || of.includes(span_type))) return said
    }
  }
  return span.name
}

/** Metadata as one object, from JSON in one attribute and from attributes that are a member each. */
function metadataOf({ attributes }: OtlpSpan, dialects: readonly Dialect[]): Attributes {
  const found = noAttributes()
  for (const { metadata, metadata_prefixes } of dialects) {
    for (const key of metadata ?? []) {
      const said = attributes[key] === undefined ? null : unfoldRecord(attributes[key])
      if (said) for (const name of Object.keys(said)) found[name] ??= said[name]
    }
    for (const prefix of metadata_prefixes ?? []) {
      for (const key in attributes)
        if (key.startsWith(prefix)) found[key.slice(prefix.length)] ??= attributes[key]
    }
  }
  return found
}

function tagsOf(attributes: Attributes, dialects: readonly Dialect[]): string[] {
  const keys = dialects.flatMap(({ tags }) => tags ?? [])
  const said = keys.map((key) => textsOf(attributes[key])).find((tags) => tags.length > 0) ?? []
  return [...new Set(said.map((tag) => clean(tag.slice(0, LONGEST_LABEL))))].slice(0, MOST_TAGS)
}

const USER_IN_METADATA = ['user_id', 'userId', 'langfuse_user_id']
const SESSION_IN_METADATA = ['session_id', 'sessionId', 'langfuse_session_id', 'conversation_id', 'thread_id']
/** Tags that LangChain gives to runs, not people to traces. */
const isOwnTag = (tag: string) => /^(?:seq|graph|map|langsmith):/.test(tag)

function inMetadata(metadata: Attributes, keys: string[]): string | null {
  for (const key of keys) {
    if (metadata[key] === undefined) continue
    const found = label({ [key]: unfold(metadata[key]) }, [key])
    if (found !== null) return found
  }
  return null
}

type OfResource = Pick<TraceValues, 'environment' | 'release'>
const of_resources = new WeakMap<Attributes, OfResource>()

/** What a process says of all its spans, read once. */
function ofResource(resource: Attributes): OfResource {
  let found = of_resources.get(resource)
  if (!found) {
    found = {
      environment:
        labelOf(resource, DIALECTS, 'environment') ??
        label(resource, ['deployment.environment.name', 'deployment.environment']),
      release: labelOf(resource, DIALECTS, 'release') ?? label(resource, ['service.version']),
    }
    of_resources.set(resource, found)
  }
  return found
}

function previewed(
  attributes: Attributes,
  dialects: readonly Dialect[],
  field: 'trace_input' | 'trace_output',
) {
  for (const dialect of dialects) {
    for (const key of dialect[field] ?? [])
      if (attributes[key] !== undefined) return readMessages(unfold(attributes[key]))
  }
  return undefined
}

/** What any span may say of its whole trace. */
function traceOf(
  { attributes, resource }: OtlpSpan,
  dialects: readonly Dialect[],
  metadata: Attributes,
  all_tags: string[],
  preview: (value: unknown) => string | null,
): Partial<TraceValues> | null {
  const own = (field: Labels) => labelOf(attributes, dialects, field)
  const process = ofResource(resource)
  const tags = all_tags.filter((tag) => !isOwnTag(tag))
  const values: Partial<TraceValues> = {
    name: own('trace_name'),
    user_id: own('user') ?? label(attributes, ['user.id']) ?? inMetadata(metadata, USER_IN_METADATA),
    session_id:
      own('session') ?? label(attributes, ['session.id']) ?? inMetadata(metadata, SESSION_IN_METADATA),
    environment: own('environment') ?? process.environment,
    release: own('release') ?? process.release,
    tags: tags.length > 0 ? tags : null,
    input_preview: preview(previewed(attributes, dialects, 'trace_input')),
    output_preview: preview(previewed(attributes, dialects, 'trace_output')),
  }
  return Object.values(values).some((value) => value !== null) ? values : null
}

/** Milliseconds from the start of a span to its first token. */
function firstTokenOf({ attributes, start_time }: OtlpSpan, dialects: readonly Dialect[]): number | null {
  for (const { first_token, first_token_at } of dialects) {
    for (const { key, to_ms } of first_token ?? []) {
      const said = attributes[key]
      if (typeof said === 'number' && said >= 0) return Math.round(said * to_ms * 1000) / 1000
    }
    for (const key of first_token_at ?? []) {
      const said = unfold(attributes[key])
      const at = typeof said === 'string' ? readTime(said) : null
      if (at !== null && at >= start_time) return (at - start_time) / 1000
    }
  }
  return null
}

/** Reads a span through the dialects that it speaks. `preview` shortens a payload for lists. */
export function normalise(span: OtlpSpan, preview: (value: unknown) => string | null): Normal {
  const { attributes } = span
  const dialects = dialectsOf(
    attributes,
    span.events.map(({ name }) => name),
  )
  const model = labelOf(attributes, dialects, 'model')
  const kind = kindOf(span, dialects) ?? guessKind(attributes, model)
  const metadata = metadataOf(span, dialects)
  const tags = tagsOf(attributes, dialects)
  const name = nameOf(span, dialects, kind)
  const span_type = isSpanType(kind) ? kind : 'span'
  const output = () => payloadOf(span, dialects, 'output')
  const node = readGraph({ metadata, name, tags, span_type, output })
  const named = label(metadata, ['ls_provider'])
  return {
    ...readOutcome(span, dialects),
    dialects,
    name: clean((name || span.name).slice(0, LONGEST_NAME)),
    span_type: isVisit(node) ? LANGGRAPH_NODE : span_type,
    model,
    // Vercel names the provider with the kind of its model: `openai.chat`.
    provider:
      (labelOf(attributes, dialects, 'provider') ?? named)?.replace(/\.(?:chat|responses|messages)$/, '') ??
      null,
    tokens: readTokens(attributes, dialects),
    cost_nano: readCost(attributes, dialects),
    node,
    metadata,
    trace: traceOf(span, dialects, metadata, tags, preview),
    first_token_ms: firstTokenOf(span, dialects),
  }
}

/** The input or the output of a span, from the first place of the first dialect that has one. */
export function payloadOf(span: OtlpSpan, dialects: readonly Dialect[], side: 'input' | 'output'): unknown {
  for (const dialect of dialects) {
    for (const place of dialect[side] ?? []) {
      const found = readPlace(span, place)
      if (found !== undefined) return side === 'input' ? withInstructions(span, dialects, found) : found
    }
  }
  return undefined
}

/** What the system said stands apart from the conversation; it is its first message. */
function withInstructions({ attributes }: OtlpSpan, dialects: readonly Dialect[], input: unknown): unknown {
  const key = dialects
    .flatMap(({ instructions }) => instructions ?? [])
    .find((name) => attributes[name] !== undefined)
  if (key === undefined || !Array.isArray(input)) return input
  const [system] = [readMessages([{ role: 'system', content: unfold(attributes[key]) }])]
  return Array.isArray(system) ? [...(system as unknown[]), ...(input as unknown[])] : input
}
