import { isRecord } from '../clean.ts'
import { noAttributes, type Attributes, type OtlpSpan } from '../otlp/span.ts'
import type { Place } from './dialect.ts'
import { readCalls, readMessages } from './messages.ts'
import { unfold } from './read-json.ts'

const MOST_ENTRIES = 1000
const MOST_PARTS = 12

/** Puts a value where a dotted name says, `a.0.b` as members of objects; lists are made of them afterwards. */
function put(into: Attributes, path: string[], value: unknown): void {
  let at = into
  for (const part of path.slice(0, -1)) {
    const inner = at[part]
    if (isRecord(inner)) at = inner
    else at = at[part] = noAttributes()
  }
  at[path.at(-1) ?? ''] = value
}

const isNumber = (name: string): boolean => /^\d{1,9}$/.test(name)

/** Objects whose names are all numbers are lists, in the order of their numbers; gaps close. */
function asLists(value: unknown): unknown {
  if (!isRecord(value)) return value
  const names = Object.keys(value)
  if (names.length === 0 || !names.every(isNumber)) {
    for (const name of names) value[name] = asLists(value[name])
    return value
  }
  return names.toSorted((a, b) => Number(a) - Number(b)).map((name) => asLists(value[name]))
}

/** Gathers `prefix.3.message.role` and the like; numbers may be any, and as far apart as they like. */
function readIndexed(attributes: Attributes, prefix: string, inner?: string): unknown[] | undefined {
  const start = `${prefix}.`
  const entries = noAttributes()
  let found = 0
  for (const name in attributes) {
    if (!name.startsWith(start)) continue
    const path = name.slice(start.length).split('.')
    if (!isNumber(path[0] ?? '') || path.length > MOST_PARTS) continue
    if (entries[path[0] ?? ''] === undefined && ++found > MOST_ENTRIES) continue
    put(entries, path, attributes[name])
  }
  if (found === 0) return undefined
  const list = asLists(entries)
  if (!Array.isArray(list)) return undefined
  return list.map((entry: unknown) => (inner && isRecord(entry) ? (entry[inner] ?? entry) : entry))
}

const said = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

function readAnswer(
  attributes: Attributes,
  place: { text: string; calls?: string; reasoning?: string },
): unknown {
  const text = attributes[place.text]
  const calls = place.calls === undefined ? [] : readCalls(unfold(attributes[place.calls]))
  const thought = place.reasoning === undefined ? undefined : attributes[place.reasoning]
  if (!said(text) && calls.length === 0 && !said(thought)) return undefined
  const parts = [
    ...(said(thought) ? [{ type: 'reasoning', text: thought }] : []),
    ...(said(text) ? [{ type: 'text', text }] : []),
  ]
  const content = said(thought) ? parts : (text ?? null)
  return [{ role: 'assistant', content, ...(calls.length > 0 ? { tool_calls: calls } : {}) }]
}

/** Messages of which each is an event of the span; bodies may be attributes or JSON in one of them. */
function readEvents({ events }: OtlpSpan, roles: Readonly<Record<string, string>>): unknown {
  const messages = events.flatMap(({ name, attributes }) => {
    const role = Object.hasOwn(roles, name) ? roles[name] : undefined
    if (role === undefined) return []
    const body = unfold(attributes['message'] ?? attributes['body'])
    const fields = isRecord(body) ? body : attributes
    const content = unfold(fields['content'] ?? (typeof body === 'string' ? body : undefined))
    const tool_calls = unfold(fields['tool_calls'])
    return [
      {
        ...{ role: fields['role'] ?? role, content: content ?? null },
        ...(fields['id'] === undefined ? {} : { tool_call_id: fields['id'] }),
        ...(Array.isArray(tool_calls) ? { tool_calls: tool_calls as unknown[] } : {}),
        ...(attributes['finish_reason'] === undefined ? {} : { finish_reason: attributes['finish_reason'] }),
      },
    ]
  })
  return messages.length > 0 ? messages : undefined
}

function readRaw(span: OtlpSpan, place: Place): unknown {
  const { attributes } = span
  if ('value' in place) return said(attributes[place.value]) ? unfold(attributes[place.value]) : undefined
  if ('indexed' in place) return readIndexed(attributes, place.indexed, place.inner)
  if ('documents' in place) return readIndexed(attributes, place.documents, 'document')
  if ('answer' in place) return readAnswer(attributes, place.answer)
  if ('events' in place) return readEvents(span, place.events)
  const event = span.events.find(({ name }) => name === place.event)
  const value = event?.attributes[place.attribute]
  return said(value) ? unfold(value) : undefined
}

/** What stands in a place, conversations in the one form; undefined when nothing does. */
export function readPlace(span: OtlpSpan, place: Place): unknown {
  const raw = readRaw(span, place)
  return raw === undefined ? undefined : readMessages(raw)
}
