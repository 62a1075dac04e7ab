import { STATUSES } from '../../schema/status.ts'
import { Sketch } from './sketch.ts'

/** What is counted of some traces by their own rows. */
export type TraceFigures = {
  /** By status code. */
  statuses: number[]
  input_tokens: number
  output_tokens: number
  cost_nano: number
  /** Spans whose cost is known: without any the cost is unknown. */
  costed: number
  decisions: Map<string, number>
  environments: Map<string, number>
  latency: Sketch
}

/** A model's part in some spans; usage that a descendant bears too counts there alone. Null is unknown. */
export type ModelFigures = {
  spans: number
  errors: number
  input_tokens: number | null
  output_tokens: number | null
  cost_nano: number | null
}

/** What is counted of the spans of some traces. Under no model stand spans that bear usage and name none. */
export type SpanFigures = { span_types: Map<string, number>; models: Map<string | null, ModelFigures> }

export const noTraces = (): TraceFigures => ({
  statuses: STATUSES.map(() => 0),
  input_tokens: 0,
  output_tokens: 0,
  cost_nano: 0,
  costed: 0,
  decisions: new Map(),
  environments: new Map(),
  latency: new Sketch(),
})

export const noSpans = (): SpanFigures => ({ span_types: new Map(), models: new Map() })

/** Adds to the count of a name. */
export const addTo = <K>(counts: Map<K, number>, name: K, count: number): void =>
  void counts.set(name, (counts.get(name) ?? 0) + count)

const addKnown = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : a + b

/** Adds the figures of some traces to others'. */
export function addTraces(sum: TraceFigures, other: TraceFigures): void {
  other.statuses.forEach((count, status) => {
    sum.statuses[status] = (sum.statuses[status] ?? 0) + count
  })
  sum.input_tokens += other.input_tokens
  sum.output_tokens += other.output_tokens
  sum.cost_nano += other.cost_nano
  sum.costed += other.costed
  for (const [name, count] of other.decisions) addTo(sum.decisions, name, count)
  for (const [name, count] of other.environments) addTo(sum.environments, name, count)
  sum.latency.merge(other.latency)
}

/** Adds the figures of a model. */
export function addModel(sum: SpanFigures, model: string | null, figures: ModelFigures): void {
  const held = sum.models.get(model)
  if (!held) sum.models.set(model, { ...figures })
  else {
    held.spans += figures.spans
    held.errors += figures.errors
    held.input_tokens = addKnown(held.input_tokens, figures.input_tokens)
    held.output_tokens = addKnown(held.output_tokens, figures.output_tokens)
    held.cost_nano = addKnown(held.cost_nano, figures.cost_nano)
  }
}

/** Adds the figures of some spans to others'. */
export function mergeSpans(sum: SpanFigures, other: SpanFigures): void {
  for (const [name, count] of other.span_types) addTo(sum.span_types, name, count)
  for (const [model, figures] of other.models) addModel(sum, model, figures)
}
