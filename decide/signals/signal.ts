import type { Reading } from './reading.ts'
import type { Found } from './text.ts'

export type SignalType = 'bool' | 'int' | 'double' | 'string' | 'list'
export type SignalValue = boolean | number | string | string[]

/** A fact about one answer that rules may ask for, as `signals.<name>`. */
export type Signal = {
  name: string
  type: SignalType
  min?: number
  max?: number
  description: string
  /** The texts that are looked at: where one was cut, so was the signal. */
  reads: ('input' | 'output' | 'contexts')[]
  /** The signal answers conditions of the MVP's form under this name: true when above zero, or its own value. */
  bare?: string
  /** Null: what it needs was not sent, so nobody knows. */
  compute(reading: Reading): SignalValue | null
  /** Where it was found: places only, never the text. */
  find?(reading: Reading): Found[]
}
