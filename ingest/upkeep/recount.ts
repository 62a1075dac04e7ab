import { LANGGRAPH_NODE } from '#shared/schema/span-types.ts'
import { ERROR } from '#shared/schema/status.ts'

/** What of a span counts in its trace, as its row holds it. */
export type CountedSpan = {
  span_key: string
  parent_key: string | null
  span_type: string | null
  ended: boolean
  status: number | null
  input_tokens: number | null
  output_tokens: number | null
  cost_nano: string | null
  usage_children: number
}

/** A trace's counters; the driver gives big ones as text. */
export type Counters = {
  total_spans: number
  ended_spans: number
  error_count: number
  input_tokens: string
  output_tokens: string
  cost_nano: string
  costed_spans: number
}

const bears = ({ input_tokens, output_tokens, cost_nano }: CountedSpan): boolean =>
  input_tokens !== null || output_tokens !== null || cost_nano !== null

/** Children that stand for usage, by parent: the link from one LangGraph node to the next is no nesting. */
function countChildren(spans: CountedSpan[]): Map<string, number> {
  const types = new Map(spans.map(({ span_key, span_type }) => [span_key, span_type]))
  const children = new Map<string, number>()
  for (const span of spans) {
    const { parent_key, span_key, span_type, usage_children } = span
    if (parent_key === null || parent_key === span_key || !(bears(span) || usage_children > 0)) continue
    if (span_type === LANGGRAPH_NODE && types.get(parent_key) === LANGGRAPH_NODE) continue
    children.set(parent_key, (children.get(parent_key) ?? 0) + 1)
  }
  return children
}

/** Spans whose count of children with usage is not what their children say. */
export function miscounted(spans: CountedSpan[]): string[] {
  const children = countChildren(spans)
  return spans.flatMap(({ span_key, usage_children }) =>
    usage_children === (children.get(span_key) ?? 0) ? [] : [span_key],
  )
}

/** A trace's counters, counted from its spans. */
export function recount(spans: CountedSpan[]): Counters {
  const counting = spans.filter((span) => span.usage_children === 0)
  const sum = (values: (number | string | null)[]) =>
    String(values.reduce<bigint>((total, value) => total + BigInt(value ?? 0), 0n))
  return {
    total_spans: spans.length,
    ended_spans: spans.filter(({ ended }) => ended).length,
    error_count: spans.filter(({ status }) => status === ERROR).length,
    input_tokens: sum(counting.map(({ input_tokens }) => input_tokens)),
    output_tokens: sum(counting.map(({ output_tokens }) => output_tokens)),
    cost_nano: sum(counting.map(({ cost_nano }) => cost_nano)),
    costed_spans: counting.filter(({ cost_nano }) => cost_nano !== null).length,
  }
}
