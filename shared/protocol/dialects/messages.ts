import { isRecord } from '../clean.ts'
import { unfold } from './read-json.ts'

type Json = Record<string, unknown>

/** A call of a tool, as a model asked for it. */
type Call = { id?: string; name: string; arguments: unknown }
/** One message of a conversation with a model, from whatever library wrote it. */
export type Message = {
  role: string
  content: string | unknown[] | null
  name?: string
  tool_calls?: Call[]
  tool_call_id?: string
  finish_reason?: string
}

const MOST_MESSAGES = 2000

/** Classes, types and roles of libraries, by what the role is everywhere else. */
const ROLES: Record<string, string> = {
  ...{ human: 'user', humanmessage: 'user', humanmessagechunk: 'user' },
  ...{ ai: 'assistant', aimessage: 'assistant', aimessagechunk: 'assistant', model: 'assistant' },
  ...{ systemmessage: 'system', toolmessage: 'tool', toolmessagechunk: 'tool', function: 'tool' },
  ...{ functionmessage: 'tool', developer: 'system' },
  ...{ user: 'user', assistant: 'assistant', system: 'system', tool: 'tool' },
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

function roleNamed(name: string): string | undefined {
  const lower = name.toLowerCase()
  return Object.hasOwn(ROLES, lower) ? ROLES[lower] : undefined
}

/** A role of its own is kept as it is said; a type is one only where it is known. */
function roleOf(said: Json, class_name: string | undefined): string | undefined {
  const role = textOf(said['role'])
  if (role !== undefined) return roleNamed(role) ?? role
  return roleNamed(class_name ?? textOf(said['type']) ?? '')
}

function readCall(said: unknown): Call | null {
  if (!isRecord(said)) return null
  const outer = isRecord(said['tool_call']) ? said['tool_call'] : said
  const inner = isRecord(outer['function']) ? outer['function'] : outer
  const name = textOf(inner['name']) ?? textOf(inner['toolName'])
  if (name === undefined) return null
  const id = textOf(outer['id']) ?? textOf(outer['toolCallId'])
  const given = inner['arguments'] ?? inner['args'] ?? inner['input'] ?? null
  return { ...(id === undefined ? {} : { id }), name, arguments: unfold(given) }
}

export const readCalls = (said: unknown): Call[] =>
  Array.isArray(said) ? said.flatMap((call) => readCall(call) ?? []) : []

const CALLS = new Set<unknown>(['tool_call', 'tool-call', 'tool_use', 'function_call'])
const RESULTS = new Set<unknown>(['tool_call_response', 'tool-result', 'tool_result'])
const TEXTS = new Set<unknown>(['text', 'input_text', 'output_text'])
const THOUGHTS = new Set<unknown>(['reasoning', 'thinking'])

type Content = { parts: unknown[]; calls: Call[]; answers: string | undefined }

function readPart(said: unknown, into: Content): void {
  const part = isRecord(said) && isRecord(said['message_content']) ? said['message_content'] : said
  if (!isRecord(part)) {
    into.parts.push(typeof part === 'string' ? { type: 'text', text: part } : part)
    return
  }
  const type = part['type']
  const call = CALLS.has(type) ? readCall(part) : null
  const text = textOf(part['text']) ?? textOf(part['content']) ?? textOf(part['thinking'])
  if (call) into.calls.push(call)
  else if (RESULTS.has(type)) {
    into.answers ??= textOf(part['id']) ?? textOf(part['toolCallId']) ?? textOf(part['tool_use_id'])
    const result = part['response'] ?? part['result'] ?? part['output'] ?? part['content'] ?? null
    into.parts.push(typeof result === 'string' ? { type: 'text', text: result } : result)
  } else if (TEXTS.has(type) && text !== undefined) into.parts.push({ type: 'text', text })
  else if (THOUGHTS.has(type) && text !== undefined) into.parts.push({ type: 'reasoning', text })
  else into.parts.push(part)
}

function readContent(said: unknown): Content {
  const content: Content = { parts: [], calls: [], answers: undefined }
  for (const part of Array.isArray(said) ? said : said === undefined || said === null ? [] : [said])
    readPart(part, content)
  return content
}

/** A single text is the content itself. */
function contentOf({ parts }: Content): Message['content'] {
  const [only] = parts
  if (parts.length === 0) return null
  if (parts.length === 1 && isRecord(only) && only['type'] === 'text') return String(only['text'])
  return parts
}

/** LangChain writes the arguments of a message's constructor, with its class as the last part of `id`. */
function unwrap(said: Json): { fields: Json; class_name: string | undefined } {
  const id = said['id']
  if (isRecord(said['kwargs']) && Array.isArray(id))
    return { fields: said['kwargs'], class_name: textOf(id.at(-1)) }
  if (isRecord(said['data']) && textOf(said['type']) !== undefined)
    return { fields: said['data'], class_name: textOf(said['type']) }
  return { fields: said, class_name: undefined }
}

function callsIn(fields: Json): Call[] {
  const own = readCalls(fields['tool_calls'])
  const extra = isRecord(fields['additional_kwargs']) ? fields['additional_kwargs'] : {}
  return own.length > 0 ? own : readCalls(extra['tool_calls'])
}

/** One message; undefined when the value is none. */
function readMessage(said: unknown): Message | undefined {
  if (!isRecord(said)) return undefined
  if (isRecord(said['message']) && textOf(said['role']) === undefined) {
    const inner = readMessage(said['message'])
    const reason = textOf(said['finish_reason'])
    return inner && reason ? { ...inner, finish_reason: reason } : inner
  }
  const { fields, class_name } = unwrap(said)
  const role = roleOf(fields, class_name)
  const holds = ['content', 'contents', 'parts', 'tool_calls'].some((name) => fields[name] !== undefined)
  if (role === undefined || !holds) return undefined
  const given = fields['contents'] ?? fields['parts'] ?? fields['content']
  const content = readContent(
    typeof given === 'string' && /^\s*\[\s*\{\s*"type"/.test(given) ? unfold(given) : given,
  )
  const tool_calls = [...content.calls, ...callsIn(fields)]
  const name = textOf(fields['name'])
  const tool_call_id = content.answers ?? textOf(fields['tool_call_id'])
  const finish_reason = textOf(fields['finish_reason'])
  return {
    role,
    content: contentOf(content),
    ...(name === undefined ? {} : { name }),
    ...(tool_calls.length > 0 ? { tool_calls } : {}),
    ...(tool_call_id === undefined ? {} : { tool_call_id }),
    ...(finish_reason === undefined ? {} : { finish_reason }),
  }
}

function readAll(list: unknown): Message[] | undefined {
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_MESSAGES) return undefined
  // One conversation of a batch of one.
  const only: unknown = list[0]
  if (list.length === 1 && Array.isArray(only)) return readAll(only)
  const messages = list.map(readMessage)
  return messages.every((message) => message !== undefined) ? messages : undefined
}

/** `{system, prompt}`, as Vercel's SDK writes the question it was asked. */
function readPrompt(value: Json): Message[] | undefined {
  const names = Object.keys(value)
  if (typeof value['prompt'] !== 'string' || !names.every((name) => name === 'prompt' || name === 'system'))
    return undefined
  const system = textOf(value['system'])
  return [
    ...(system === undefined ? [] : [{ role: 'system', content: system }]),
    { role: 'user', content: value['prompt'] },
  ]
}

/** A conversation in the one form, where the value is one; a state that holds one keeps its other members. */
export function readMessages(value: unknown): unknown {
  const list = readAll(value)
  if (list) return list
  if (!isRecord(value)) return value
  const answers = readAll(value['generations']) ?? readAll(value['choices'])
  if (answers) return answers
  const asked = readPrompt(value)
  if (asked) return asked
  const messages = readAll(value['messages'])
  if (messages) return Object.keys(value).length === 1 ? messages : { ...value, messages }
  const one = readMessage(value)
  return one && isMessageAlone(value) ? [one] : value
}

/** An object with a role and a content is a message; a state may have the like among other things. */
const isMessageAlone = (value: Json): boolean =>
  Object.hasOwn(value, 'role') ||
  Object.hasOwn(value, 'kwargs') ||
  roleNamed(textOf(value['type']) ?? '') !== undefined
