import { isRecord } from '../clean.ts'

type Json = Record<string, unknown>
type Run = { run_type?: string | null | undefined; outputs?: unknown; extra?: Json | null | undefined }

const recordOf = (value: unknown): Json => (isRecord(value) ? value : {})
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** What LangChain's model gave: the arguments of the message of the first generation, and what it said of the call. */
function answerOf(outputs: Json): { message: Json; call: Json } {
  const [first] = listOf(outputs['generations']).flatMap(listOf)
  const message = recordOf(recordOf(first)['message'])
  return {
    message: isRecord(message['kwargs']) ? message['kwargs'] : message,
    call: recordOf(outputs['llmOutput'] ?? outputs['llm_output']),
  }
}

/** Counts under the names that LangSmith has for them. */
const COUNTS: [string, string[]][] = [
  ['input_tokens', ['promptTokens', 'prompt_tokens', 'input_tokens']],
  ['output_tokens', ['completionTokens', 'completion_tokens', 'output_tokens']],
  ['total_tokens', ['totalTokens', 'total_tokens']],
]

function renamed(said: unknown): Json | null {
  if (!isRecord(said)) return null
  const counts = COUNTS.flatMap(([name, others]) => {
    const found = others.map((other) => said[other]).find((count) => count !== undefined && count !== null)
    return found === undefined ? [] : [[name, found]]
  })
  return counts.length > 0 ? Object.fromEntries(counts) : null
}

/** Outputs of these are not looked into: a state may hold the messages of many calls, each of which is a run of its own. */
const MAY_COUNT = new Set(['llm', 'embedding', ''])

/** Tokens of the one call that a run was, from the first place that tells them. */
export function usageOf({ run_type, outputs, extra }: Run): Json | null {
  const metadata = recordOf(extra?.['metadata'])
  if (isRecord(metadata['usage_metadata'])) return metadata['usage_metadata']
  if (!isRecord(outputs)) return null
  if (isRecord(outputs['usage_metadata'])) return outputs['usage_metadata']
  if (!MAY_COUNT.has((run_type ?? '').toLowerCase())) return null
  const { message, call } = answerOf(outputs)
  if (isRecord(message['usage_metadata'])) return message['usage_metadata']
  return renamed(call['tokenUsage'] ?? call['token_usage'] ?? outputs['usage'])
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** The model that answered, else the one that was asked. */
export function modelOf({ outputs, extra }: Run): string | null {
  const metadata = recordOf(extra?.['metadata'])
  const asked = recordOf(extra?.['invocation_params'])
  const { message, call } = answerOf(recordOf(outputs))
  const answered = recordOf(message['response_metadata'])
  return (
    textOf(metadata['ls_model_name']) ??
    textOf(answered['model_name']) ??
    textOf(answered['model']) ??
    textOf(call['model_name']) ??
    textOf(asked['model']) ??
    textOf(asked['model_name'])
  )
}
