import type { Dice } from './dice.ts'
import type { Usage } from './story.ts'

/** A message as chat models take it and give it. */
export type Message = {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string
  name?: string
  tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[]
}

type Model = { provider: string; first_ms: number; tokens_per_second: number }

const MODELS = {
  'gpt-4.1': { provider: 'openai', first_ms: 640, tokens_per_second: 78 },
  'gpt-4.1-mini': { provider: 'openai', first_ms: 430, tokens_per_second: 96 },
  'claude-sonnet-4': { provider: 'anthropic', first_ms: 910, tokens_per_second: 68 },
  'claude-haiku-4-5': { provider: 'anthropic', first_ms: 520, tokens_per_second: 128 },
  'gemini-2.5-flash': { provider: 'google', first_ms: 380, tokens_per_second: 172 },
  'gemini-2.5-pro': { provider: 'google', first_ms: 1250, tokens_per_second: 92 },
  'text-embedding-3-small': { provider: 'openai', first_ms: 120, tokens_per_second: Infinity },
  'rerank-v3.5': { provider: 'cohere', first_ms: 160, tokens_per_second: Infinity },
} as const satisfies Record<string, Model>

export type ModelName = keyof typeof MODELS

/** Models that think before they answer; what they think counts as output. */
const THINKING: ReadonlySet<ModelName> = new Set<ModelName>(['gemini-2.5-pro'])

export const providerOf = (model: ModelName): string => MODELS[model].provider

/** About what a tokenizer makes of a text: Hangul takes more than English. */
export function countTokens(text: string): number {
  const hangul = text.match(/[\u3131-\uD79D]/g)?.length ?? 0
  return Math.ceil(hangul * 0.72 + (text.length - hangul) * 0.26)
}

const textOf = ({ content, tool_calls }: Message) => content + (tool_calls ? JSON.stringify(tool_calls) : '')

export const tokensOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, message) => sum + countTokens(textOf(message)) + 4, 3)

/** Usage of a call. `unseen` are tokens that no message shows: the schemas of tools, which providers cache. */
export function usageOf(
  dice: Dice,
  model: ModelName,
  tokens: { input: number; output: number; unseen?: number },
): Usage {
  const unseen = tokens.unseen ?? 0
  const is_cached = unseen >= 1024 && dice.chance(0.55)
  const thought = THINKING.has(model) ? dice.whole(160, 720) : 0
  return {
    model,
    provider: providerOf(model),
    input_tokens: tokens.input + unseen,
    output_tokens: tokens.output + thought,
    ...(thought > 0 ? { reasoning_tokens: thought } : {}),
    ...(is_cached ? { cache_read_tokens: Math.floor(unseen / 128) * 128 } : {}),
  }
}

/** How long a model takes for so many tokens. */
export function timeOf(dice: Dice, model: ModelName, output_tokens: number): number {
  const { first_ms, tokens_per_second } = MODELS[model]
  return dice.around(first_ms) + (output_tokens / dice.around(tokens_per_second)) * 1000
}
