import { once } from './reading.ts'
import type { Signal } from './signal.ts'

const meanOf = once(({ said: { evals } }) =>
  evals.length === 0 ? null : evals.reduce((sum, { score }) => sum + score, 0) / evals.length,
)

/** What the trace and its evaluations say, so that it can be asked for like any other signal. */
export const MEASURED_SIGNALS: Signal[] = [
  {
    name: 'latency.ms',
    type: 'double',
    min: 0,
    reads: [],
    description: 'How long the trace took, in milliseconds. Unknown while it runs.',
    compute: ({ said }) => said.latency_ms,
  },
  {
    name: 'cost.usd',
    type: 'double',
    min: 0,
    reads: [],
    description: 'What the trace cost, in US dollars. Unknown, and not 0, where no price is known.',
    compute: ({ said }) => said.cost_usd,
  },
  {
    name: 'evals.count',
    type: 'int',
    min: 0,
    reads: [],
    description: 'How many evaluations the trace has.',
    compute: ({ said }) => said.evals.length,
  },
  {
    name: 'evals.failed',
    type: 'int',
    min: 0,
    reads: [],
    description: 'How many of them did not pass.',
    compute: ({ said }) => said.evals.filter(({ passed }) => !passed).length,
  },
  {
    name: 'evals.mean',
    type: 'double',
    reads: [],
    description: 'The mean of their scores. Unknown where there are none.',
    compute: (reading) => meanOf(reading),
  },
]
