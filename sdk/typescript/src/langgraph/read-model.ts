import type { Usage } from '../said.ts'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What lies inside of a value, as far as there is something. */
export const at = (value: unknown, ...path: PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inside, name) => (typeof inside === 'object' && inside !== null ? Reflect.get(inside, name) : undefined),
    value,
  )

const number = (value: unknown) => (typeof value === 'number' ? value : undefined)
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

const ROLES: Record<string, string> = { human: 'user', ai: 'assistant', generic: 'user' }

function roleOf(message: Record<string, unknown>): string | undefined {
  const ask = message['getType'] ?? message['_getType']
  const type: unknown =
    typeof ask === 'function' ? Reflect.apply(ask, message, []) : (message['role'] ?? message['type'])
  return typeof type === 'string' ? (ROLES[type] ?? type) : undefined
}

const some = (value: unknown) => (Array.isArray(value) && value.length > 0 ? value : undefined)

/** A message of LangChain as role, content and tool calls. */
function readMessage(message: unknown): unknown {
  if (!isRecord(message)) return message
  return {
    role: roleOf(message),
    content: message['content'],
    name: text(message['name']),
    tool_calls: some(message['tool_calls']),
    tool_call_id: text(message['tool_call_id']),
  }
}

/** The messages of the first prompt; of several prompts all. */
export const readPrompts = (prompts: unknown[][]): unknown[] =>
  prompts.length === 1
    ? (prompts[0] ?? []).map(readMessage)
    : prompts.map((messages) => messages.map(readMessage))

/** Model and provider, as far as the start of a call names them. */
export function readModel(extra: unknown, metadata: unknown): Usage {
  return {
    model:
      text(at(metadata, 'ls_model_name')) ??
      text(at(extra, 'invocation_params', 'model')) ??
      text(at(extra, 'invocation_params', 'model_name')),
    provider: text(at(metadata, 'ls_provider')),
  }
}

/** What a model gave: its message, or its text. */
export function readGeneration(result: unknown): unknown {
  const message = at(result, 'generations', 0, 0, 'message')
  return isRecord(message) ? readMessage(message) : at(result, 'generations', 0, 0, 'text')
}

/** Tokens of a call: from the message, else from what the provider counted for the whole result. */
export function readTokens(result: unknown): Usage {
  const message = at(result, 'generations', 0, 0, 'message')
  const usage = at(message, 'usage_metadata')
  const counted = at(result, 'llmOutput', 'tokenUsage')
  return {
    model:
      text(at(message, 'response_metadata', 'model_name')) ?? text(at(message, 'response_metadata', 'model')),
    inputTokens: number(at(usage, 'input_tokens')) ?? number(at(counted, 'promptTokens')),
    outputTokens: number(at(usage, 'output_tokens')) ?? number(at(counted, 'completionTokens')),
    cacheReadTokens: number(at(usage, 'input_token_details', 'cache_read')),
    reasoningTokens: number(at(usage, 'output_token_details', 'reasoning')),
  }
}
