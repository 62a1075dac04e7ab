import { HubError } from '../../errors.ts'
import { isRecord } from '../clean.ts'
import { Unfit } from '../native/refuse.ts'
import { member, readJsonIds, readJsonOrigin, readJsonSpan } from './json-span.ts'
import { MOST_SPANS } from './open-protobuf.ts'
import { noAttributes, type Origin, type Sent } from './span.ts'

type Json = Record<string, unknown>
/** An array of spans as it stands in the document, and where it stands. */
export type SpanList = { spans: unknown[]; resource_spans: Json; scope: unknown }

const invalid = (msg: string, ...loc: (string | number)[]): HubError =>
  new HubError('validation_error', { issues: [{ type: 'type', loc: ['body', ...loc], msg }] })

function objects(value: unknown, ...loc: (string | number)[]): Json[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw invalid('Expected an array', ...loc)
  return value.map((each: unknown, index) => {
    if (isRecord(each)) return each
    throw invalid('Expected an object', ...loc, index)
  })
}

function spansIn(scope_spans: Json): unknown[] {
  const spans = scope_spans['spans']
  if (spans === undefined || spans === null) return []
  if (Array.isArray(spans)) return spans
  throw invalid('Expected an array', 'resourceSpans', 'scopeSpans', 'spans')
}

/** The lists of spans of an OTLP/JSON document, in its order. */
export function spanListsOf(document: unknown): SpanList[] {
  if (!isRecord(document)) throw invalid('Expected an object')
  const groups = objects(member(document, 'resourceSpans', 'resource_spans'), 'resourceSpans')
  return groups.flatMap((resource_spans, at) => {
    // Before 2022 scopes were libraries.
    const scopes =
      member(resource_spans, 'scopeSpans', 'scope_spans') ?? resource_spans['instrumentationLibrarySpans']
    return objects(scopes, 'resourceSpans', at, 'scopeSpans').map((scope_spans) => ({
      spans: spansIn(scope_spans),
      resource_spans,
      scope: scope_spans['scope'] ?? scope_spans['instrumentationLibrary'],
    }))
  })
}

function originOf(list: SpanList | undefined): Origin {
  try {
    if (list) return readJsonOrigin(list.resource_spans['resource'], list.scope)
  } catch (error) {
    if (!(error instanceof Unfit)) throw error
  }
  return { resource: noAttributes(), scope: { name: '', version: '' } }
}

/** The spans of a request in JSON. */
export function openJson(document: unknown): Sent {
  const lists = spanListsOf(document)
  const spans = lists.flatMap((list) => list.spans)
  if (spans.length > MOST_SPANS) throw new HubError('too_many_items')
  const list_of = lists.flatMap((list, at) => list.spans.map(() => at))
  const origins = new Map<number, Origin>()
  const originAt = (at: number): Origin => {
    const known = origins.get(at) ?? originOf(lists[at])
    origins.set(at, known)
    return known
  }
  return {
    count: spans.length,
    stands: (ordinal) => (spans[ordinal] ?? null) !== null,
    span: (ordinal) => readJsonSpan(spans[ordinal], ordinal, originAt(list_of[ordinal] ?? -1)),
    origin: (ordinal) => originAt(list_of[ordinal] ?? -1),
    raw: (ordinal) => spans[ordinal],
    digest: (ordinal) => Bun.hash.xxHash64(JSON.stringify(spans[ordinal])).toString(36),
    ids: (ordinal) => readJsonIds(spans[ordinal]),
  }
}
