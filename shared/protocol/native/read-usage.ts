import { clean, isRecord } from '../clean.ts'
import type { SpanValues } from '../saying.ts'

type Usage = Pick<
  SpanValues,
  | 'model'
  | 'provider'
  | 'input_tokens'
  | 'output_tokens'
  | 'cache_read_tokens'
  | 'reasoning_tokens'
  | 'cost_nano'
>

type Said = {
  model?: string | null
  provider?: string | null
  input_tokens?: number | null
  output_tokens?: number | null
  cache_read_tokens?: number | null
  reasoning_tokens?: number | null
  cost_usd?: number | null
}

const MOST = 2_147_483_647

const count = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST ? value : null

const first = (record: Record<string, unknown>, ...names: string[]): number | null => {
  for (const name of names) {
    const value = count(record[name])
    if (value !== null) return value
  }
  return null
}

/** The first of these objects that counts tokens; usage said in two places is the same usage. */
const countsIn = (places: unknown[]) =>
  places.find(
    (place): place is Record<string, unknown> =>
      isRecord(place) &&
      first(place, 'input_tokens', 'prompt_tokens', 'output_tokens', 'completion_tokens', 'total_tokens') !==
        null,
  )

const text = (value: string | null | undefined) => (value ? clean(value) : null)

/** Money is an integer, since sums of floats depend on their order. */
const nano = (usd: number | null | undefined) =>
  usd === null || usd === undefined ? null : Math.round(usd * 1e9)

/** Usage from the named members; where they count nothing, from the places that the MVP's clients use. */
export function readUsage(said: Said, places: unknown[]): Usage {
  const named = {
    model: text(said.model),
    provider: text(said.provider),
    input_tokens: said.input_tokens ?? null,
    output_tokens: said.output_tokens ?? null,
    cache_read_tokens: said.cache_read_tokens ?? null,
    reasoning_tokens: said.reasoning_tokens ?? null,
    cost_nano: nano(said.cost_usd),
  }
  if (named.input_tokens !== null || named.output_tokens !== null) return named
  const found = countsIn(places)
  if (!found) return named
  const output = first(found, 'output_tokens', 'completion_tokens')
  const input = first(found, 'input_tokens', 'prompt_tokens')
  const total = first(found, 'total_tokens')
  return {
    ...named,
    input_tokens: input ?? (total === null ? null : Math.max(0, total - (output ?? 0))),
    output_tokens: output,
    cache_read_tokens: named.cache_read_tokens ?? first(found, 'cache_read_tokens', 'cached_tokens'),
    reasoning_tokens: named.reasoning_tokens ?? first(found, 'reasoning_tokens'),
  }
}
