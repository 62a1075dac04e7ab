import { calcPrice, findProvider, type ModelPrice } from '@pydantic/genai-prices'

/** The tokens and model that a price depends on; input tokens include the cached ones. */
export type Priced = {
  model: string | null
  provider: string | null
  input_tokens: number | null
  output_tokens: number | null
  cache_read_tokens: number | null
}

/** Cost in nano-dollars (1e-9 USD), or null when the model's price is not known. */
export type Price = (usage: Priced) => number | null

type Rates = { input: number; cached: number; output: number }

const MOST_MODELS = 5000
const NANO_PER_TOKEN = 1000

const cachedOf = (usage: Priced) => Math.min(usage.cache_read_tokens ?? 0, usage.input_tokens ?? 0)

const flat = (rate: unknown): number | null =>
  rate === undefined || rate === null ? 0 : typeof rate === 'number' ? rate : null

/** Dollars per million tokens, when the price does not depend on the amount. */
function ratesOf(price: ModelPrice): Rates | null {
  const input = flat(price['input_mtok'])
  const cached = flat(price['cache_read_mtok'] ?? price['input_mtok'])
  const output = flat(price['output_mtok'])
  return input === null || cached === null || output === null ? null : { input, cached, output }
}

/**
 * Prices from the `@pydantic/genai-prices` catalogue, which asks 27 µs a call; flat rates are remembered per model.
 * Formula: (input − cached) × input rate + cached × cache rate + output × output rate.
 */
export function catalogue(): Price {
  const known = new Map<string, Rates | 'tiered' | null>()
  const ask = (usage: Priced) =>
    calcPrice(
      {
        input_tokens: usage.input_tokens ?? 0,
        output_tokens: usage.output_tokens ?? 0,
        cache_read_tokens: cachedOf(usage),
      },
      usage.model ?? '',
      usage.provider && findProvider({ providerId: usage.provider }) ? { providerId: usage.provider } : {},
    )
  const learn = (usage: Priced, key: string) => {
    const found = ask(usage)
    const rates = found ? (ratesOf(found.model_price) ?? 'tiered') : null
    if (known.size >= MOST_MODELS) known.clear()
    known.set(key, rates)
    return rates
  }
  return (usage) => {
    if (!usage.model || (usage.input_tokens === null && usage.output_tokens === null)) return null
    const key = `${usage.provider ?? ''} ${usage.model}`
    const rates = known.has(key) ? known.get(key) : learn(usage, key)
    if (!rates) return null
    if (rates === 'tiered') return Math.round((ask(usage)?.total_price ?? 0) * 1e9)
    const cached = cachedOf(usage)
    const input = (usage.input_tokens ?? 0) - cached
    const dollars_per_million =
      input * rates.input + cached * rates.cached + (usage.output_tokens ?? 0) * rates.output
    return Math.round(dollars_per_million * NANO_PER_TOKEN)
  }
}
