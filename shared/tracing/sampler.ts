import type { SpanContext } from './trace-parent.ts'

/** Whether a span is sent, by its trace and by what its parent was told. */
export type Sampler = (trace_id: string, parent: SpanContext | null) => boolean

/** The last 52 bits of a trace id, which are chance, as a part of one. */
const partOf = (trace_id: string): number => Number.parseInt(trace_id.slice(-13), 16) / 2 ** 52

const roots = (ratio: number): Record<string, Sampler> => ({
  always_on: () => true,
  always_off: () => false,
  traceidratio: (trace_id) => partOf(trace_id) < ratio,
})

/** The sampler that OTEL_TRACES_SAMPLER and _ARG name; null when there is none like it. */
export function readSampler(name: string, arg: string): Sampler | null {
  const ratio = arg === '' ? 1 : Number(arg)
  const root = roots(ratio)[name.replace(/^parentbased_/, '')]
  if (!root || !(ratio >= 0 && ratio <= 1)) return null
  if (!name.startsWith('parentbased_')) return root
  return (trace_id, parent) => (parent ? parent.sampled : root(trace_id, parent))
}
