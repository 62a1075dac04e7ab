import type { Outcome } from './actions.ts'
import type { Catalogue, CatalogueEntry } from './catalogue-types.ts'
import { celChecker } from './check-cel.ts'
import { checkPolicy } from './check-policy.ts'
import { readDuration } from './duration.ts'
import type { Finding, Report } from './finding.ts'
import type { Facts } from './decide.ts'
import { hashDefinition } from './hash-definition.ts'
import type { Judge, Policy, PolicyTest } from './policy.ts'
import { readDocument } from './read-document.ts'
import { isRecord } from './read-path.ts'
import { readAction, readRule } from './read-rule.ts'
import { reportUnknown } from './report-unknown.ts'
import { readJudge } from './read-judge.ts'
import { cameOut, runTests, type TestResult } from './run-tests.ts'

const FIELDS = [
  'version',
  'name',
  'policy_id',
  'effective_from',
  'default',
  'deadline',
  'signals',
  'judges',
  'rules',
  'tests',
  'metadata',
]
const MOST_RULES = 300
const DEFAULT_DEADLINE = 800
/** What the MVP gave its judge; only a judge can take that long. */
const MVP_DEADLINE = 10_000

function members(value: unknown, name: string, report: Report): Record<string, unknown> {
  if (value === undefined || value === null) return {}
  if (isRecord(value)) return value
  report('error', 'invalid_value', [name], `\`${name}\` is an object`)
  return {}
}

function items(value: unknown, name: string, report: Report): unknown[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value) && value.length <= MOST_RULES) return value
  report('error', 'invalid_value', [name], `\`${name}\` is a list of at most ${MOST_RULES}`)
  return []
}

/** What a pattern or a schema of the policy adds to what rules may read. */
function readSignals(value: unknown, report: Report) {
  const signals: Record<string, Record<string, unknown>> = {}
  const entries: CatalogueEntry[] = []
  for (const [name, spec] of Object.entries(members(value, 'signals', report))) {
    if (!/^[A-Za-z_]\w{0,63}$/.test(name) || !isRecord(spec)) {
      report('error', 'invalid_value', ['signals', name], 'a signal is an object under a plain name')
      continue
    }
    signals[name] = spec
    const description = 'of this policy'
    if (spec['use'] === 'pattern') entries.push({ name: `signals.${name}.match`, type: 'bool', description })
    if (spec['use'] === 'json_schema')
      entries.push({ name: `signals.${name}.valid`, type: 'bool', description })
  }
  return { signals, entries }
}

function readJudges(value: unknown, report: Report): { judges: Judge[]; entries: CatalogueEntry[] } {
  const read = Object.entries(members(value, 'judges', report)).map(([name, spec]) =>
    readJudge(name, spec, report),
  )
  const found = read.filter((one) => one !== null)
  return { judges: found.map(({ judge }) => judge), entries: found.flatMap(({ entries }) => entries) }
}

function readTest(value: unknown, at: number, report: Report): PolicyTest[] {
  const path = ['tests', at]
  if (!isRecord(value) || !isRecord(value['given']) || !isRecord(value['expect'])) {
    report('error', 'missing_field', path, 'a test is an object with `given` and `expect`')
    return []
  }
  reportUnknown(value, ['name', 'given', 'expect'], path, report, 'error')
  const { name, given, expect } = value
  const { action, rule } = expect
  reportUnknown(expect, ['action', 'rule'], [...path, 'expect'], report, 'error')
  return [
    {
      name: typeof name === 'string' ? name : `test ${at + 1}`,
      given,
      expect: {
        action: action === undefined ? null : readAction(action, [...path, 'expect', 'action'], report),
        rule: typeof rule === 'string' ? rule : null,
      },
    },
  ]
}

function readDefault(value: unknown, report: Report): Outcome {
  const action = value === undefined ? 'ALLOW_ANSWER' : readAction(value, ['default'], report)
  const reason_code = action === 'ALLOW_ANSWER' ? 'DEFAULT_ALLOW' : 'DEFAULT'
  return { action, reason_code, severity: 'low', message: null }
}

function readDeadline(value: unknown, is_v2: boolean, report: Report): number {
  const otherwise = is_v2 ? DEFAULT_DEADLINE : MVP_DEADLINE
  const read = value === undefined ? otherwise : readDuration(value)
  if (read === null) report('error', 'invalid_value', ['deadline'], 'a duration is written 800ms or 2s')
  return read ?? otherwise
}

/** A policy that was read. With an error among the findings there is none, and nothing may be stored. */
export type Compiled = {
  policy: Policy | null
  findings: readonly Finding[]
  /** All of them, also where there are more findings than are listed; none without `factsOf`. */
  tests: readonly TestResult[]
}

/** What of a policy its reader cannot judge alone: `factsOf` says what a test gives, without it no test runs. */
type Beside = {
  checkSignals?: (signals: Policy['signals'], report: Report) => void
  factsOf?: (given: PolicyTest['given'], policy: Policy) => Facts
}

/** Reads a policy of either form, as object or as YAML or JSON text, against what there is to read. Never throws. */
export function compilePolicy(
  definition: unknown,
  catalogue: Catalogue,
  { checkSignals, factsOf }: Beside = {},
): Compiled {
  const { value, findings, report } = readDocument(definition)
  if (value === null || findings.length > 0) return { policy: null, findings, tests: [] }
  const is_v2 = value['version'] === 2
  reportUnknown(value, FIELDS, [], report, is_v2 ? 'error' : 'warning')
  const { signals, entries } = readSignals(value['signals'], report)
  checkSignals?.(signals, report)
  const { judges, entries: of_judges } = readJudges(value['judges'], report)
  const readable = [...catalogue, ...entries, ...of_judges]
  const reader = { ...celChecker(readable), catalogue: readable, report, is_v2 }
  const rules = items(value['rules'], 'rules', report)
    .map((rule, at) => readRule(rule, at, reader))
    .filter((rule) => rule !== null)
    .toSorted((one, other) => one.priority - other.priority)
  const policy: Policy = {
    hash: hashDefinition(value),
    is_v2,
    rules,
    judges,
    signals,
    otherwise: readDefault(value['default'], report),
    deadline_ms: readDeadline(value['deadline'], is_v2, report),
    tests: items(value['tests'], 'tests', report).flatMap((test, at) => readTest(test, at, report)),
  }
  checkPolicy(policy, report)
  if (findings.some(({ severity }) => severity === 'error')) return { policy: null, findings, tests: [] }
  const tests = factsOf ? runTests(policy, factsOf) : []
  for (const [at, test] of tests.entries()) {
    if (!test.passed) report('warning', 'test_failed', ['tests', at], cameOut(test))
  }
  return { policy, findings, tests }
}
