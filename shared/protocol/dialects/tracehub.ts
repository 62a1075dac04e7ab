import { SPAN_TYPES } from '../../schema/span-types.ts'
import type { Dialect } from './dialect.ts'

/** The hub's own attributes: what nobody else has a name for can be said with them, and they outrank all others. */
export const tracehub: Dialect = {
  name: 'tracehub',
  prefixes: ['tracehub.'],
  kinds: [
    {
      key: 'tracehub.span.type',
      types: Object.fromEntries(Object.keys(SPAN_TYPES).map((type) => [type, type])),
    },
  ],
  names: [{ key: 'tracehub.span.name' }],
  model: ['tracehub.model'],
  provider: ['tracehub.provider'],
  input: [{ value: 'tracehub.input' }],
  output: [{ value: 'tracehub.output' }],
  counts: {
    input: ['tracehub.input_tokens'],
    output: ['tracehub.output_tokens'],
    cache_read: ['tracehub.cache_read_tokens'],
    reasoning: ['tracehub.reasoning_tokens'],
  },
  cost: ['tracehub.cost_usd'],
  user: ['tracehub.user_id'],
  session: ['tracehub.session_id'],
  tags: ['tracehub.tags'],
  environment: ['tracehub.environment'],
  release: ['tracehub.release'],
  trace_name: ['tracehub.trace.name'],
  metadata: ['tracehub.metadata'],
}
