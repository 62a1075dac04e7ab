import type { Usage } from '../said.ts'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})
const number = (value: unknown) => (typeof value === 'number' ? value : undefined)
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** Tokens as chat completions, responses and embeddings count them. */
export function readUsage(answer: unknown): Usage {
  const usage = record(record(answer)['usage'])
  const input = record(usage['prompt_tokens_details'] ?? usage['input_tokens_details'])
  const output = record(usage['completion_tokens_details'] ?? usage['output_tokens_details'])
  return {
    model: text(record(answer)['model']),
    inputTokens: number(usage['prompt_tokens']) ?? number(usage['input_tokens']),
    outputTokens: number(usage['completion_tokens']) ?? number(usage['output_tokens']),
    cacheReadTokens: number(input['cached_tokens']),
    reasoningTokens: number(output['reasoning_tokens']),
  }
}

/** How a kind of call is told: what goes in, what comes out, and what a stream of it adds up to. */
export type Kind = {
  type: 'llm' | 'embedding'
  input: (body: Record<string, unknown>) => unknown
  output: (answer: unknown) => unknown
  /** Adds up the parts of a stream to an answer as it would have come whole. */
  gather: () => { add: (part: unknown) => void; answer: () => unknown }
}

type Choice = { message: Record<string, unknown>; finish_reason: unknown }

function addToolCalls(message: Record<string, unknown>, parts: unknown[]): void {
  const calls = list(message['tool_calls']).map(record)
  for (const part of parts.map(record)) {
    const at = number(part['index']) ?? calls.length
    const call = (calls[at] ??= { id: part['id'], type: 'function', function: { name: '', arguments: '' } })
    const [said, named] = [record(part['function']), record(call['function'])]
    named['name'] = `${text(named['name']) ?? ''}${text(said['name']) ?? ''}`
    named['arguments'] = `${text(named['arguments']) ?? ''}${text(said['arguments']) ?? ''}`
    call['id'] ??= part['id']
  }
  message['tool_calls'] = calls
}

function addDelta({ message }: Choice, delta: Record<string, unknown>): void {
  for (const name of ['content', 'refusal', 'reasoning_content']) {
    const more = text(delta[name])
    if (more !== undefined) message[name] = `${text(message[name]) ?? ''}${more}`
  }
  if (Array.isArray(delta['tool_calls'])) addToolCalls(message, delta['tool_calls'])
}

/** The chunks of a chat completion, added up. */
function gatherChat() {
  const choices: Choice[] = []
  const head: Record<string, unknown> = {}
  return {
    add(part: unknown) {
      const { model, usage, choices: parts } = record(part)
      head['model'] ??= model
      if (usage) head['usage'] = usage
      for (const said of list(parts).map(record)) {
        const at = number(said['index']) ?? 0
        const choice = (choices[at] ??= { message: { role: 'assistant' }, finish_reason: null })
        addDelta(choice, record(said['delta']))
        choice.finish_reason = said['finish_reason'] ?? choice.finish_reason
      }
    },
    answer: () => ({ ...head, choices: choices.filter(Boolean) }),
  }
}

/** The events of a response: the last one carries the whole. */
function gatherResponse() {
  let whole: unknown
  let written = ''
  return {
    add(part: unknown) {
      const said = record(part)
      if (said['response'] !== undefined) whole = said['response']
      if (said['type'] === 'response.output_text.delta') written += text(said['delta']) ?? ''
    },
    answer: () => {
      const response = record(whole)
      return list(response['output']).length > 0 ? response : { ...response, output_text: written }
    },
  }
}

function chatOutput(answer: unknown): unknown {
  const choices = list(record(answer)['choices']).map(record)
  return choices.length === 1 ? choices[0]?.['message'] : choices.map(({ message }) => message)
}

function embeddingsOutput(answer: unknown): unknown {
  const vectors = list(record(answer)['data']).map((each) => record(each)['embedding'])
  return { vectors: vectors.length, dimensions: list(vectors[0]).length || undefined }
}

/** The calls that are told, by their path in the client. */
export const KINDS: Record<string, Kind> = {
  'chat.completions.create': {
    type: 'llm',
    input: (body) => body['messages'],
    output: chatOutput,
    gather: gatherChat,
  },
  'chat.completions.parse': {
    type: 'llm',
    input: (body) => body['messages'],
    output: chatOutput,
    gather: gatherChat,
  },
  'responses.create': {
    type: 'llm',
    input: (body) =>
      body['instructions'] ? { instructions: body['instructions'], input: body['input'] } : body['input'],
    output: (answer) => record(answer)['output_text'] ?? record(answer)['output'],
    gather: gatherResponse,
  },
  'embeddings.create': {
    type: 'embedding',
    input: (body) => body['input'],
    output: embeddingsOutput,
    gather: gatherChat,
  },
}

/** Settings of a call worth seeing, beside its messages. */
const SETTINGS = [
  'temperature',
  'top_p',
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'seed',
  'stream',
  'tools',
  'tool_choice',
  'response_format',
  'reasoning_effort',
]

export const settingsOf = (body: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(SETTINGS.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]))

export { isRecord }
