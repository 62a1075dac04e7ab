import { Environment, type ASTNode } from '@marcbachmann/cel-js'
import { nearest } from '#shared/filter/nearest.ts'
import type { Catalogue, CatalogueType } from './catalogue-types.ts'
import { compileCel, Unsupported } from './compile-cel.ts'
import type { FindingCode } from './finding.ts'
import type { Read } from './read-path.ts'

/** Objects that a rule may read; those without an entry in the catalogue are open, whatever the caller sends. */
const ROOTS = ['signals', 'judges', 'evals', 'request', 'response', 'trace', 'safety'] as const

const MOST_SOURCE = 2000

type Tree = { [name: string]: string | Tree }

/** A tree without a prototype, so that no name is known but those planted. */
function bare(): Tree {
  const tree: Tree = {}
  Object.setPrototypeOf(tree, null)
  return tree
}

/** Checks expressions against what there is to read. */
export type CelChecker = (source: string) => CheckedCel
export type CheckedCel =
  | { ok: true; node: ASTNode; read: Read; paths: (readonly string[])[] }
  | { ok: false; code: FindingCode; message: string; offset: number }

const CEL_TYPES: Record<CatalogueType, string> = {
  bool: 'bool',
  int: 'int',
  double: 'double',
  string: 'string',
  list: 'list<dyn>',
  'list<string>': 'list<string>',
  map: 'map',
  dyn: 'dyn',
}

function plant(tree: Tree, path: readonly string[], type: string): void {
  const [name, ...rest] = path
  if (name === undefined) return
  if (rest.length === 0) {
    if (!Object.hasOwn(tree, name)) tree[name] = type
    return
  }
  const found = Object.hasOwn(tree, name) ? tree[name] : undefined
  const branch: Tree = typeof found === 'object' ? found : bare()
  tree[name] = branch
  plant(branch, rest, type)
}

function knownUnder(tree: Tree, path: readonly string[]): string[] {
  let branch: string | Tree | undefined = tree
  for (const name of path) branch = typeof branch === 'object' ? branch[name] : undefined
  return typeof branch === 'object' ? Object.keys(branch) : []
}

/** A comparison of a double with `1` is meant; CEL would have it written `1.0`. */
function allowIntegers(environment: Environment): Environment {
  environment.registerOperator('double == int', (one: number, other: bigint) => one === Number(other))
  for (const sign of ['+', '-', '*', '/'] as const) {
    environment.registerOperator(`double ${sign} int`, (one: number) => one)
    environment.registerOperator(`int ${sign} double`, (_: bigint, other: number) => other)
  }
  return environment
}

function environmentOf(tree: Tree, closed: ReadonlySet<string>): Environment {
  const environment = new Environment({
    limits: { maxAstNodes: 500, maxDepth: 48 },
    homogeneousAggregateLiterals: false,
  })
  for (const root of ROOTS) {
    const schema = tree[root]
    if (closed.has(root) && typeof schema === 'object') environment.registerVariable({ name: root, schema })
    else environment.registerVariable(root, 'map')
  }
  return allowIntegers(environment)
}

const meant = (name: string, known: readonly string[]): string => {
  const near = nearest(name, known)
  return near
    ? `; did you mean "${near}"?`
    : known.length > 0
      ? ` (there is ${known.slice(0, 12).join(', ')})`
      : ''
}

function explain(
  source: string,
  error: { code: string; summary: string },
  start: number,
  tree: Tree,
): string {
  const name = /^[\w$]*/.exec(source.slice(start))?.[0] ?? ''
  if (error.code === 'no_such_key') {
    const before = (/([\w.]+)\.$/.exec(source.slice(0, start))?.[1] ?? '').split('.')
    return `unknown field "${name}" of ${before.join('.')}${meant(name, knownUnder(tree, before))}`
  }
  if (error.code === 'unknown_variable') return `unknown name "${name}"${meant(name, ROOTS)}`
  return error.summary.replaceAll('$', '')
}

/** Whether a path of dots leads to something in the catalogue; roots without entries are open. */
export type KnowsPath = (path: readonly string[]) => { known: boolean; meant: string }

/** A checker for one policy: the catalogue, and what its own signals and judges add to it. */
export function celChecker(catalogue: Catalogue): { check: CelChecker; knows: KnowsPath } {
  const tree: Tree = bare()
  for (const root of ['signals', 'judges']) tree[root] = bare()
  const deepest_first = catalogue.toSorted(
    (one, other) => other.name.split('.').length - one.name.split('.').length,
  )
  for (const { name, type } of deepest_first) plant(tree, name.split('.'), CEL_TYPES[type])
  const closed = new Set(Object.keys(tree))
  const environment = environmentOf(tree, closed)
  const knows: KnowsPath = (path) => {
    const [root = '', ...rest] = path
    if (!ROOTS.some((known) => known === root)) return { known: false, meant: meant(root, ROOTS) }
    if (!closed.has(root)) return { known: true, meant: '' }
    let branch: string | Tree | undefined = tree[root]
    for (const [at, name] of rest.entries()) {
      if (typeof branch === 'string') return { known: true, meant: '' }
      const names = branch ? Object.keys(branch) : []
      if (!names.includes(name)) return { known: false, meant: meant(name, names) }
      branch = knownUnder(tree, path.slice(0, at + 2)).length > 0 ? branch?.[name] : 'leaf'
    }
    return { known: true, meant: '' }
  }
  return { check: (source) => checkCel(environment, tree, source), knows }
}

function checkCel(environment: Environment, tree: Tree, source: string): CheckedCel {
  if (source.length > MOST_SOURCE) {
    return {
      ok: false,
      code: 'too_large',
      message: `A condition has at most ${MOST_SOURCE} characters`,
      offset: 0,
    }
  }
  const { valid, type, error } = environment.check(source)
  if (!valid) {
    const start = error?.range?.start ?? 0
    const message = error ? explain(source, error, start, tree) : 'This is not CEL'
    const code =
      error?.code === 'no_such_key' || error?.code === 'unknown_variable'
        ? 'unknown_signal'
        : error?.name === 'ParseError'
          ? 'syntax'
          : 'type_error'
    return { ok: false, code, message, offset: start }
  }
  if (type !== 'bool' && type !== 'dyn') {
    return {
      ok: false,
      code: 'type_error',
      message: `a condition is a bool, and this is ${type ?? 'nothing'}`,
      offset: 0,
    }
  }
  try {
    const { ast } = environment.parse(source)
    const paths: (readonly string[])[] = []
    return { ok: true, node: ast, read: compileCel(ast, { locals: [], paths }), paths }
  } catch (failure) {
    if (!(failure instanceof Unsupported)) throw failure
    return { ok: false, code: 'unsupported', message: failure.message, offset: failure.at }
  }
}

/** The parts of `a && b && c`, or of `a || b`, for the explanation. */
export function partsOf(node: ASTNode, sign: '&&' | '||'): ASTNode[] {
  const parts: ASTNode[] = []
  let rest = node
  while (rest.op === sign) {
    parts.push(rest.args[1])
    rest = rest.args[0]
  }
  return [...parts, rest].toReversed()
}
