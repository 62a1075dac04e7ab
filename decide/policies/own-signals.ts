import type { Report } from '#shared/policy/finding.ts'
import type { Policy } from '#shared/policy/policy.ts'
import { reportUnknown } from '#shared/policy/report-unknown.ts'
import { CATALOGUE } from '../signals/catalogue.ts'
import { compileSchema } from '../signals/check-json.ts'
import { schemaSignal } from '../signals/json.ts'
import { compilePatterns } from '../signals/pattern.ts'
import { PII_KINDS } from '../signals/pii.ts'
import type { Settings, Side } from '../signals/reading.ts'
import type { Signal } from '../signals/signal.ts'

/** What a policy sets on the built-in signals, and the signals that it defines. */
export type OwnSignals = { settings: Settings; own: Signal[] }

type Spec = Readonly<Record<string, unknown>>
type Reader = (name: string, spec: Spec, into: OwnSignals, report: Report) => void

const GROUPS = new Set(CATALOGUE.map(({ name }) => name.split('.')[0]))
const LONGEST_TEXT = 1_000_000

const isSide = (value: unknown): value is Side => value === 'input' || value === 'output' || value === 'both'

function readSide(name: string, { in: side }: Spec, report: Report): { in?: Side } {
  if (side === undefined) return {}
  if (isSide(side)) return { in: side }
  report('error', 'invalid_value', ['signals', name, 'in'], '`in` is input, output or both')
  return {}
}

function readKinds({ kinds }: Spec, report: Report): { kinds?: string[] } {
  if (kinds === undefined) return {}
  const listed: unknown[] = Array.isArray(kinds) ? kinds : []
  const known = PII_KINDS.filter((kind) => listed.includes(kind))
  if (listed.length > 0 && listed.every((kind) => PII_KINDS.some((one) => one === kind)))
    return { kinds: known }
  const message = `\`kinds\` is a list of ${PII_KINDS.join(', ')}`
  report('error', 'invalid_value', ['signals', 'pii', 'kinds'], message)
  return {}
}

function readSchema(name: string, { schema }: Spec, report: Report) {
  const compiled = compileSchema(schema)
  if ('check' in compiled) return compiled.check
  report('error', 'invalid_value', ['signals', name, 'schema'], compiled.fault)
  return null
}

/** What may be set on a built-in signal, by the first part of its name; the others take nothing. */
const SETTINGS: Record<string, { fields: string[]; read: Reader }> = {
  pii: {
    fields: ['kinds', 'in'],
    read: (name, spec, { settings }, report) =>
      void (settings.pii = { ...readKinds(spec, report), ...readSide(name, spec, report) }),
  },
  secrets: {
    fields: ['in'],
    read: (name, spec, { settings }, report) => void (settings.secrets = readSide(name, spec, report)),
  },
  groundedness: {
    fields: ['min_chars'],
    read(_, { min_chars = 1 }, { settings }, report) {
      if (Number.isInteger(min_chars) && Number(min_chars) >= 1 && Number(min_chars) <= LONGEST_TEXT)
        settings.groundedness = { min_chars: Number(min_chars) }
      else {
        const message = `\`min_chars\` is a whole number from 1 to ${LONGEST_TEXT}`
        report('error', 'invalid_value', ['signals', 'groundedness', 'min_chars'], message)
      }
    },
  },
  json: {
    fields: ['schema'],
    read(name, spec, { settings }, report) {
      const check = readSchema(name, spec, report)
      if (check) settings.json = { schema: check }
    },
  },
}

/** What a policy may define, by `use`. */
const KINDS: Record<string, { fields: string[]; read: Reader }> = {
  pattern: {
    fields: ['use', 're2', 'in'],
    read(name, spec, _, report) {
      readSide(name, spec, report)
      if (typeof spec['re2'] !== 'string')
        report('error', 'missing_field', ['signals', name], 'a pattern has its text in `re2`')
    },
  },
  json_schema: {
    fields: ['use', 'schema'],
    read(name, spec, { own }, report) {
      const check = readSchema(name, spec, report)
      if (check) own.push(schemaSignal(name, check))
    },
  },
}

const entryOf = <T>(table: Record<string, T>, name: unknown): T | undefined =>
  typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined

function readSetting(name: string, spec: Spec, into: OwnSignals, report: Report): void {
  const is_built_in = GROUPS.has(name)
  const kind = is_built_in ? (entryOf(SETTINGS, name) ?? null) : entryOf(KINDS, spec['use'])
  if (kind === undefined) {
    const message = `there is no signal "${name}" to set; one of your own has \`use: pattern\` or \`use: json_schema\``
    report('error', 'unknown_signal', ['signals', name], message, { on: 'key' })
    return
  }
  reportUnknown({ ...spec }, kind?.fields ?? [], ['signals', name], report, 'error')
  kind?.read(name, spec, into, report)
}

/** Patterns are compiled together, since a policy may have only so many. */
function readPatterns(signals: Policy['signals'], own: Signal[], report: Report): void {
  const said = Object.entries(signals).flatMap(([name, { use, re2, in: side }]) =>
    use === 'pattern' && typeof re2 === 'string' && !GROUPS.has(name)
      ? [{ name, re2, ...(isSide(side) ? { in: side } : {}) }]
      : [],
  )
  for (const [at, compiled] of compilePatterns(said).entries()) {
    if ('signal' in compiled) own.push(compiled.signal)
    else report('error', 'invalid_value', ['signals', said[at]?.name ?? '', 're2'], compiled.fault)
  }
}

/** Reads the `signals` of a policy into what `openSignals` takes; what is wrong with them is reported. */
export function readOwnSignals(signals: Policy['signals'], report: Report): OwnSignals {
  const into: OwnSignals = { settings: {}, own: [] }
  for (const [name, spec] of Object.entries(signals)) readSetting(name, spec, into, report)
  readPatterns(signals, into.own, report)
  return into
}

const kept = new WeakMap<Policy, OwnSignals>()

/** The signals of a compiled policy, read once. */
export function ownSignalsOf(policy: Policy): OwnSignals {
  let own = kept.get(policy)
  if (!own) kept.set(policy, (own = readOwnSignals(policy.signals, () => {})))
  return own
}
