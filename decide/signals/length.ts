import type { Signal } from './signal.ts'

/** A character beyond the first plane is written as a pair. */
const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g

const countCharacters = (text: string): number => text.length - (text.match(PAIR)?.length ?? 0)

const lengthOf = (side: 'input' | 'output'): Signal => ({
  name: `length.${side}`,
  type: 'int',
  min: 0,
  reads: [],
  description: `How many characters the ${side} has, all of it.`,
  compute: ({ said }) => countCharacters(said[side]),
})

export const LENGTH_SIGNALS: Signal[] = [
  lengthOf('input'),
  lengthOf('output'),
  {
    name: 'length.truncated',
    type: 'bool',
    reads: ['input', 'output', 'contexts'],
    description: 'Input, output or contexts are longer than what the signals read of them.',
    compute: (reading) =>
      reading.input().truncated || reading.output().truncated || reading.contexts().truncated,
  },
]
