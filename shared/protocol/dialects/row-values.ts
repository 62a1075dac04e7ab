import { shortError } from '../native/read-span.ts'
import { SILENT_TRACE, type TraceValues } from '../saying.ts'
import type { Normal } from './normalise.ts'

/** What the row of a span takes as it was normalised, whichever protocol said it. */
export const rowValues = ({ error, model, provider, tokens, cost_nano, node }: Normal) => ({
  error: shortError(error),
  model,
  provider,
  input_tokens: tokens.input,
  output_tokens: tokens.output,
  cache_read_tokens: tokens.cache_read,
  reasoning_tokens: tokens.reasoning,
  cost_nano,
  node,
})

/** What a span says of its trace; null when that is nothing. */
export const aboutOf = ({ trace }: Normal): TraceValues | null => trace && { ...SILENT_TRACE, ...trace }
