import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
} from 'yaml'
import type { Finding, Path, Report } from './finding.ts'
import { isRecord } from './read-path.ts'
import { rawOffset } from './raw-offset.ts'

/** Longest text of a policy; one that needs more is no policy. */
const MOST_CHARACTERS = 65_536
const MOST_DEPTH = 32
const MOST_FINDINGS = 100
/** Commas and lines, which every item of a list and every field needs one of: they bound the time of the reader. */
const MOST_ITEMS = 4000

/** A document that was read: its value, and a way to write findings down at their places. */
export type PolicyDocument = {
  readonly value: Record<string, unknown> | null
  readonly findings: Finding[]
  readonly report: Report
}

function deeperThan(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return most === 0 || Object.values(value).some((member) => deeperThan(member, most - 1))
}

/** The nesting of brackets outside of quotes; YAML's reader calls itself for each, so it is looked at before. */
function brackets(text: string): number {
  let depth = 0
  let most = 0
  for (const sign of text.replaceAll(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*/g, '')) {
    if (sign === '[' || sign === '{') most = Math.max(most, ++depth)
    else if ((sign === ']' || sign === '}') && depth > 0) depth--
  }
  return most
}

/** `- - - -` and `? ? ?` nest on one line, and `&a &b` and `!a !b` pile up; the reader's time grows with their square. */
const STACKED = /(?:[-?:](?=\s)[ \t]*){32}|(?:[&!]\S*[ \t]+){8}/

const indents = (text: string): number =>
  new Set([...text.matchAll(/^[ ]*(?=\S)/gm)].map(([space]) => space.length)).size

function refused(code: Finding['code'], message: string): PolicyDocument {
  return {
    value: null,
    findings: [{ severity: 'error', code, message, line: 1, column: 1 }],
    report: () => undefined,
  }
}

/** The offset in the text of what a path leads to; of the nearest thing around it when it is not there. */
function offsetOf(document: Document, path: Path, on_key: boolean, offset: number, text: string): number {
  for (let length = path.length; length > 0; length--) {
    const holder = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const name = path[length - 1]
    if (isMap(holder)) {
      const pair = holder.items.find(({ key }) => (isScalar(key) ? key.value : key) === name)
      const node = on_key && length === path.length ? pair?.key : (pair?.value ?? pair?.key)
      const at = startOf(node, length === path.length ? offset : 0, text)
      if (at !== null) return at
    } else if (isCollection(holder) && typeof name === 'number') {
      const at = startOf(holder.items[name], length === path.length ? offset : 0, text)
      if (at !== null) return at
    }
  }
  return startOf(document.contents, 0, text) ?? 0
}

function startOf(node: unknown, offset: number, text: string): number | null {
  if (!isScalar(node) && !isCollection(node)) return null
  const [start, end] = node.range ?? [0, 0]
  if (!isScalar(node) || offset === 0 || typeof node.value !== 'string') return start
  return start + rawOffset(text.slice(start, end), node.value, offset)
}

function reporter(document: Document, lines: LineCounter, text: string, findings: Finding[]): Report {
  return (severity, code, path, message, where = {}) => {
    if (findings.length >= MOST_FINDINGS) {
      if (severity !== 'error' || findings.at(-1)?.severity === 'error') return
      findings.pop()
    }
    const { line, col } = lines.linePos(offsetOf(document, path, where.on === 'key', where.offset ?? 0, text))
    findings.push({ severity, code, message, line, column: col })
  }
}

/** The reader's own check of repeated keys takes the square of their number. */
function repeatedKeys(items: readonly { key: unknown }[], lines: LineCounter): Finding[] {
  const seen = new Set<unknown>()
  for (const { key } of items) {
    const name = isScalar(key) ? String(key.value) : key
    if (seen.has(name)) {
      const { line, col } = lines.linePos(isScalar(key) ? (key.range?.[0] ?? 0) : 0)
      return [{ severity: 'error', code: 'syntax', message: 'This field stands twice', line, column: col }]
    }
    seen.add(name)
  }
  return []
}

function readText(text: string): PolicyDocument {
  if (text.length > MOST_CHARACTERS)
    return refused('too_large', `A policy has at most ${MOST_CHARACTERS} characters`)
  if ((text.match(/[,\n]/g)?.length ?? 0) > MOST_ITEMS)
    return refused('too_large', `A policy has at most ${MOST_ITEMS} items`)
  if (brackets(text) > MOST_DEPTH || indents(text) > MOST_DEPTH || STACKED.test(text)) {
    return refused('too_deep', `A policy nests at most ${MOST_DEPTH} levels`)
  }
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    schema: 'core',
    logLevel: 'error',
    uniqueKeys: false,
  })
  const findings: Finding[] = []
  for (const { message, pos } of document.errors.slice(0, MOST_FINDINGS)) {
    const { line, col } = lines.linePos(pos[0])
    findings.push({ severity: 'error', code: 'syntax', message, line, column: col })
  }
  visit(document, (_, node) => {
    if (findings.length >= MOST_FINDINGS) return
    if (isMap(node)) findings.push(...repeatedKeys(node.items, lines))
    if (!isAlias(node)) return
    const { line, col } = lines.linePos(node.range?.[0] ?? 0)
    const message = 'Aliases are not read: write the value out'
    findings.push({ severity: 'error', code: 'alias', message, line, column: col })
  })
  const report = reporter(document, lines, text, findings)
  if (findings.length > 0) return { value: null, findings, report }
  const value: unknown = document.toJS({ maxAliasCount: 0 })
  if (deeperThan(value, MOST_DEPTH)) return refused('too_deep', `A policy nests at most ${MOST_DEPTH} levels`)
  if (isRecord(value)) return { value, findings, report }
  report('error', 'syntax', [], 'A policy is an object with `rules`')
  return { value: null, findings, report }
}

/** Reads a policy sent as YAML or JSON text, or as an object. Never throws; what is wrong is in `findings`. */
export function readDocument(definition: unknown): PolicyDocument {
  if (typeof definition === 'string') return readText(definition)
  if (!isRecord(definition)) return refused('syntax', 'A policy is an object, or its YAML or JSON text')
  if (deeperThan(definition, MOST_DEPTH))
    return refused('too_deep', `A policy nests at most ${MOST_DEPTH} levels`)
  return { ...readText(JSON.stringify(definition, null, 2)), value: definition }
}
