import type { Catalogue } from '#shared/policy/catalogue-types.ts'
import { pathsReadBy } from '#shared/policy/paths-read-by.ts'
import type { Policy } from '#shared/policy/policy.ts'
import { CATALOGUE } from '../signals/catalogue.ts'
import type { Signals } from '../signals/open-signals.ts'

/** What rules may read besides what the caller sends: every built-in signal, as `signals.<name>`. */
export const READABLE: Catalogue = CATALOGUE.map(({ name, type, min, max, description }) => ({
  name: `signals.${name}`,
  type: type === 'list' ? 'list<string>' : type,
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
  description,
}))

const BUILT_IN = CATALOGUE.map(({ name }) => name)

/** Signals that a policy defines by itself, under the names that rules read. */
const ownNames = (policy: Policy): string[] =>
  Object.entries(policy.signals).flatMap(([name, { use }]) =>
    use === 'pattern' ? [`${name}.match`] : use === 'json_schema' ? [`${name}.valid`] : [],
  )

const isOf = (wanted: string) => (name: string) => name === wanted || name.startsWith(`${wanted}.`)

/** The names of the signals that the rules of a policy read; `signals.pii` of the MVP's form reads all of `pii`. */
export function signalsReadBy(policy: Policy): string[] {
  const names = [...BUILT_IN, ...ownNames(policy)]
  const read = pathsReadBy(policy)
    .filter(([root]) => root === 'signals')
    .map((path) => path.slice(1).join('.'))
  return [...new Set(read.flatMap((wanted) => (wanted === '' ? names : names.filter(isOf(wanted)))))]
}

/** Signals as rules read them, `pii.count` as `{pii: {count}}`; what nobody knows is left out, never a number. */
export function nestSignals(signals: Signals, names: readonly string[]): Record<string, unknown> {
  const nested: Record<string, unknown> = {}
  for (const name of names) {
    const value = signals.read(name)?.value ?? null
    if (value === null) continue
    const [group = '', member] = name.split('.')
    if (member === undefined) nested[group] = value
    else nested[group] = { ...Object(nested[group]), [member]: value }
  }
  return nested
}
