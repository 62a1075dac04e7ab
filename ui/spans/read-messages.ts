/** A part of a message: text to read, or anything else to show as JSON. */
export type Part = { text: string } | { json: unknown }

/** A call of a tool that a model asked for. */
export type ToolCall = { name: string; input: unknown }

/** One message of a conversation with a model, from whatever library wrote it. */
export type Message = { role: string; name: string | null; parts: Part[]; calls: ToolCall[] }

type Fields = Record<string, unknown>

const MOST_CHARACTERS = 500_000

const TEXT_PARTS = new Set<unknown>([undefined, 'text', 'input_text', 'output_text'])
/** Roles that LangChain writes as a message's type. */
const TYPED_ROLES = new Set(['human', 'ai', 'system', 'tool', 'function', 'developer'])

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** JSON inside a text, as tools and models often send it. */
export function readJson(text: string): unknown {
  if (text.length > MOST_CHARACTERS || !/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readPart(part: unknown): Part {
  if (typeof part === 'string') return { text: part }
  if (isFields(part) && TEXT_PARTS.has(part['type'])) {
    const text = asText(part['text']) ?? asText(part['content'])
    if (text !== null) return { text }
  }
  return { json: part }
}

function readParts(content: unknown): Part[] {
  if (content === null || content === undefined || content === '') return []
  return Array.isArray(content) ? content.map(readPart) : [readPart(content)]
}

function readCall(call: unknown): ToolCall {
  const fields = isFields(call) ? call : {}
  const inner = isFields(fields['function']) ? fields['function'] : fields
  const input = inner['arguments'] ?? inner['args'] ?? inner['input'] ?? null
  return {
    name: asText(inner['name']) ?? '',
    input: typeof input === 'string' ? (readJson(input) ?? input) : input,
  }
}

function readRole(fields: Fields): string | null {
  const type = asText(fields['type'])
  return asText(fields['role']) ?? (type !== null && TYPED_ROLES.has(type) ? type : null)
}

function readMessage(value: unknown): Message | null {
  if (!isFields(value)) return null
  const fields = isFields(value['kwargs']) ? value['kwargs'] : isFields(value['data']) ? value['data'] : value
  const role = readRole(fields) ?? readRole(value)
  const content = fields['content'] ?? fields['parts']
  const calls = fields['tool_calls']
  if (role === null || (content === undefined && !Array.isArray(calls))) return null
  return {
    role,
    name: asText(fields['name']),
    parts: readParts(content),
    calls: Array.isArray(calls) ? calls.map(readCall) : [],
  }
}

function listOf(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value
  if (!isFields(value)) return null
  if (Array.isArray(value['messages'])) return value['messages']
  if (Array.isArray(value['choices'])) {
    return value['choices'].map((choice: unknown) => (isFields(choice) ? choice['message'] : null))
  }
  return asText(value['role']) === null ? null : [value]
}

/** Reads a payload as a conversation; null when any of it is something else, so that nothing is left out. */
export function readMessages(value: unknown): Message[] | null {
  const list = listOf(typeof value === 'string' ? readJson(value) : value)
  if (!list || list.length === 0 || list.length > 500) return null
  const messages = list.map(readMessage)
  return messages.every((message) => message !== null) ? messages : null
}
