import type { ASTNode } from '@marcbachmann/cel-js'
import { nearest } from '#shared/filter/nearest.ts'
import type { Catalogue } from './catalogue-types.ts'
import type { CelChecker, KnowsPath } from './check-cel.ts'
import { boundOfCondition, typeFault } from './check-condition.ts'
import { boundOf, contradiction, outOfRange, type Bound } from './check-ranges.ts'
import { partsOf } from './check-cel.ts'
import { compileCel, truthOf } from './compile-cel.ts'
import { compileCondition } from './compile-condition.ts'
import { isOperator, OPERATORS } from './conditions.ts'
import type { Path, Report } from './finding.ts'
import type { Part } from './policy.ts'
import { isRecord, type Run } from './read-path.ts'
import { and, or, type Truth } from './unknown.ts'

/** What reading a rule needs: the checker of its policy, where to report, and which form it is written in. */
export type Reader = {
  readonly check: CelChecker
  readonly knows: KnowsPath
  readonly report: Report
  readonly catalogue: Catalogue
  readonly is_v2: boolean
}

export type When = { always: boolean; text: string; parts: Part[]; test: (run: Run) => Truth }

const MOST_CONDITIONS = 200

const NEVER: When = { always: false, text: '', parts: [], test: () => false }

/** The text of a part, with those of its parentheses that the parser leaves outside. */
function wholeText(source: string, start: number, end: number): string {
  const bare = source.slice(start, end).replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '')
  let open = 0
  let unopened = 0
  for (const sign of bare) {
    if (sign === '(') open++
    else if (sign === ')' && open > 0) open--
    else if (sign === ')') unopened++
  }
  if (open + unopened === 0) return source.slice(start, end)
  const after = new RegExp(`^(?:\\s*\\)){${open}}`).exec(source.slice(end))?.[0] ?? ''
  const before = new RegExp(`(?:\\(\\s*){${unopened}}$`).exec(source.slice(0, start))?.[0] ?? ''
  return before + source.slice(start, end) + after
}

function celPart(node: ASTNode, source: string): Part {
  const paths: (readonly string[])[] = []
  const read = compileCel(node, { locals: [], paths })
  const text = wholeText(source, node.start, node.end)
  return { text, paths, searches: text.includes('('), test: (run) => truthOf(run, read(run)) }
}

function reportRange(bound: Bound | null, path: Path, { report, catalogue }: Reader, offset: number): void {
  const why = bound && outOfRange(bound, catalogue)
  if (why) report('warning', 'out_of_range', path, why, { offset })
}

/** All of them must hold at once. */
function reportContradiction(bounds: readonly (Bound | null)[], path: Path, { report }: Reader): void {
  const empty = contradiction(bounds.filter((bound) => bound !== null))
  if (empty !== null) report('warning', 'never_matches', path, `nothing is left for ${empty} to be`)
}

function readCel(source: string, path: Path, reader: Reader): When {
  const { check, report } = reader
  const checked = check(source)
  if (!checked.ok) {
    report('error', checked.code, path, checked.message, { offset: checked.offset })
    return NEVER
  }
  const nodes = partsOf(checked.node, '&&')
  for (const node of nodes) reportRange(boundOf(node), path, reader, node.start)
  reportContradiction(nodes.map(boundOf), path, reader)
  const parts = nodes.map((node) => celPart(node, source))
  const { read } = checked
  return { always: false, text: source.trim(), parts, test: (run) => truthOf(run, read(run)) }
}

type ReadCondition = { part: Part; bound: Bound | null }

function readCondition(value: unknown, path: Path, reader: Reader): ReadCondition | null {
  const { knows, report, is_v2, catalogue } = reader
  if (!isRecord(value) || typeof value['field'] !== 'string') {
    report('error', 'missing_field', path, 'a condition is an object with `field`, `op` and `value`')
    return null
  }
  const { field, op = 'eq' } = value
  if (!isOperator(op)) {
    const near = nearest(String(op), OPERATORS)
    const hint = near ? `; did you mean "${near}"?` : ` (there is ${OPERATORS.join(', ')})`
    report(is_v2 ? 'error' : 'warning', 'unknown_operator', [...path, 'op'], `unknown operator${hint}`)
  }
  const known = knows(field.split('.'))
  if (!known.known) {
    const message = `unknown field "${field}"${known.meant}`
    report(is_v2 ? 'error' : 'warning', 'unknown_signal', [...path, 'field'], message)
  }
  const condition = { field, op: String(op), value: value['value'] ?? null }
  const fault = typeFault(condition, catalogue)
  if (fault) report(is_v2 ? 'error' : 'warning', 'type_error', [...path, 'value'], fault)
  const bound = boundOfCondition(condition)
  reportRange(bound, [...path, 'value'], reader, 0)
  return { part: compileCondition(condition), bound }
}

function readList(value: unknown, path: Path, reader: Reader): ReadCondition[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.length > MOST_CONDITIONS) {
    const message = `this is a list of at most ${MOST_CONDITIONS} conditions`
    reader.report('error', 'invalid_value', path, message)
    return []
  }
  return value.map((item, at) => readCondition(item, [...path, at], reader)).filter((read) => read !== null)
}

/** Reads `when`: CEL, or the `{all, any}` of the MVP; without one the rule always matches. */
export function readWhen(value: unknown, path: Path, reader: Reader): When {
  if (typeof value === 'string') return readCel(value, path, reader)
  if (value !== undefined && value !== null && !isRecord(value)) {
    reader.report('error', 'invalid_value', path, '`when` is CEL, or an object with `all` and `any`')
    return NEVER
  }
  const must = readList(value?.['all'], [...path, 'all'], reader)
  reportContradiction(
    must.map(({ bound }) => bound),
    [...path, 'all'],
    reader,
  )
  const all = must.map(({ part }) => part)
  const any = readList(value?.['any'], [...path, 'any'], reader).map(({ part }) => part)
  for (const name of Object.keys(value ?? {})) {
    if (name !== 'all' && name !== 'any') {
      const message = `unknown field "${name}" (there is all, any)`
      reader.report(reader.is_v2 ? 'error' : 'warning', 'unknown_field', [...path, name], message, {
        on: 'key',
      })
    }
  }
  const test = (run: Run): Truth => {
    let truth: Truth = true
    for (const part of all) truth = and(truth, part.test(run))
    if (any.length === 0 || truth === false) return truth
    let some: Truth = false
    for (const part of any) some = or(some, part.test(run))
    return and(truth, some)
  }
  const text = [all, any].map((parts) => parts.map((part) => part.text).join(', ')).join(' | ')
  return { always: all.length + any.length === 0, text, parts: [...all, ...any], test }
}
