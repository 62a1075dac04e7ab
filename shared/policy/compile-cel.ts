import type { ASTNode } from '@marcbachmann/cel-js'
import { arithmetic, compare, type Binary } from './cel-operators.ts'
import { isRecord, MOST_STEPS, readPath, sameValue, settled, type Read, type Run } from './read-path.ts'
import { and, EITHER, MISSING, not, or, PENDING, strict, Unknown, type Truth } from './unknown.ts'

/** A construct of CEL that policies do not have; `at` is the offset in the expression. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported'
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

export type Scope = { readonly locals: readonly string[]; readonly paths: (readonly string[])[] }

/** What a value counts as where a bool is needed; anything else is a mismatch, and then missing. */
export function truthOf(run: Run, value: unknown): Truth {
  if (typeof value === 'boolean' || value instanceof Unknown) return value
  run.mismatches.push(`${value === null ? 'null' : typeof value} is no bool`)
  return MISSING
}

/** The path that a node reads, when it is one that is written out: `a.b`, `a["b"]`. */
export function pathOf(node: ASTNode, locals: readonly string[]): string[] | null {
  if (node.op === 'id') return locals.includes(node.args) ? null : [node.args]
  if (node.op === '.') {
    const before = pathOf(node.args[0], locals)
    return before && [...before, node.args[1]]
  }
  if (node.op !== '[]') return null
  const [of, key] = node.args
  const before = key.op === 'value' && typeof key.args === 'string' ? pathOf(of, locals) : null
  return before && key.op === 'value' ? [...before, String(key.args)] : null
}

function literal(node: ASTNode & { op: 'value' }): Read {
  const { args } = node
  if (typeof args === 'object' && args !== null)
    throw new Unsupported('Write the number without a suffix', node.start)
  const value = typeof args === 'bigint' ? Number(args) : args
  return () => value
}

function member(of: Read, key: Read): Read {
  return (run) => {
    const [holder, name] = [of(run), key(run)]
    if (holder instanceof Unknown || name instanceof Unknown) return strict(holder, name)
    if (Array.isArray(holder) && typeof name === 'number') return settled(holder[name])
    return isRecord(holder) && typeof name === 'string' && Object.hasOwn(holder, name)
      ? settled(holder[name])
      : MISSING
  }
}

const combine =
  (join: typeof and, ends: boolean, one: Read, other: Read): Read =>
  (run) => {
    const left = truthOf(run, one(run))
    if (left === ends) return ends
    const right = truthOf(run, other(run))
    return right === ends ? ends : join(left, right)
  }

const binary =
  (operation: Binary, one: Read, other: Read): Read =>
  (run) => {
    const left = one(run)
    const right = other(run)
    if (left instanceof Unknown || right instanceof Unknown) return strict(left, right)
    return operation(left, right, run)
  }

const membership: Binary = (one, other, run) => {
  if (Array.isArray(other)) return other.some((item) => sameValue(one, item))
  if (isRecord(other)) return typeof one === 'string' && Object.hasOwn(other, one)
  run.mismatches.push('in needs a list or an object')
  return MISSING
}

function list(nodes: readonly ASTNode[], scope: Scope): Read {
  const items = nodes.map((node) => compileCel(node, scope))
  return (run) => {
    const values = items.map((item) => item(run))
    const unknown = values.find((value) => value instanceof Unknown)
    return unknown === undefined ? values : values.includes(PENDING) ? PENDING : unknown
  }
}

const size =
  (of: Read): Read =>
  (run) => {
    const value = of(run)
    if (value instanceof Unknown) return value
    if (typeof value === 'string' || Array.isArray(value)) return value.length
    if (isRecord(value)) return Object.keys(value).length
    run.mismatches.push('size needs text, a list or an object')
    return MISSING
  }

function has(node: ASTNode | undefined, scope: Scope): Read {
  const path = node && pathOf(node, scope.locals)
  if (path) scope.paths.push(path)
  const read: Read = path ? (run) => readPath(run, path) : node ? compileCel(node, scope) : () => MISSING
  return (run) => {
    const value = read(run)
    if (!(value instanceof Unknown)) return true
    return value === PENDING ? EITHER : false
  }
}

const TEXT: Record<string, (text: string, sought: string) => boolean> = {
  contains: (text, sought) => text.includes(sought),
  startsWith: (text, sought) => text.startsWith(sought),
  endsWith: (text, sought) => text.endsWith(sought),
}

function textCall(name: string, of: Read, sought: Read): Read {
  const test = TEXT[name] ?? (() => false)
  return binary(
    (text, part, run) => {
      if (typeof text === 'string' && typeof part === 'string') return test(text, part)
      run.mismatches.push(`${name} needs text`)
      return MISSING
    },
    of,
    sought,
  )
}

function overItems(name: 'exists' | 'all', of: Read, args: readonly ASTNode[], scope: Scope): Read {
  const [variable, body] = args
  if (variable?.op !== 'id' || !body)
    throw new Unsupported(`${name} needs a name and a condition`, variable?.start ?? 0)
  const slot = scope.locals.length
  const test = compileCel(body, { ...scope, locals: [...scope.locals, variable.args] })
  const ends = name === 'exists'
  const join = ends ? or : and
  return (run) => {
    const items = of(run)
    if (items instanceof Unknown) return items
    if (!Array.isArray(items)) {
      run.mismatches.push(`${name} needs a list`)
      return MISSING
    }
    let truth: Truth = !ends
    for (const item of items) {
      if (++run.steps > MOST_STEPS) {
        run.mismatches.push(`more than ${MOST_STEPS} steps`)
        return MISSING
      }
      run.locals[slot] = settled(item)
      truth = join(truth, truthOf(run, test(run)))
      if (truth === ends) return ends
    }
    return truth
  }
}

function method(node: ASTNode & { op: 'rcall' }, scope: Scope): Read {
  const [name, receiver, args] = node.args
  const of = () => compileCel(receiver, scope)
  const [first] = args
  if (name === 'exists' || name === 'all') return overItems(name, of(), args, scope)
  if (Object.hasOwn(TEXT, name) && first) return textCall(name, of(), compileCel(first, scope))
  if (name === 'size') return size(of())
  if (name === 'lowerAscii') {
    const text = of()
    return (run) => {
      const value = text(run)
      return typeof value === 'string' ? value.toLowerCase() : value instanceof Unknown ? value : MISSING
    }
  }
  const instead = name === 'matches' ? '; a signal with `use: pattern` searches in linear time' : ''
  throw new Unsupported(`${name}() is not part of the policy language${instead}`, node.pos)
}

function choice(node: ASTNode & { op: '?:' }, scope: Scope): Read {
  const [test, one, other] = [
    compileCel(node.args[0], scope),
    compileCel(node.args[1], scope),
    compileCel(node.args[2], scope),
  ]
  return (run) => {
    const truth = truthOf(run, test(run))
    if (typeof truth === 'boolean') return truth ? one(run) : other(run)
    return strict(truth === EITHER ? PENDING : truth, null)
  }
}

function negative(of: Read): Read {
  return (run) => {
    const value = of(run)
    if (typeof value === 'number') return -value
    return value instanceof Unknown ? value : MISSING
  }
}

function call(node: ASTNode & { op: 'call' }, scope: Scope): Read {
  const [name, [first]] = node.args
  if (name === 'has') return has(first, scope)
  if (name === 'size' && first) return size(compileCel(first, scope))
  throw new Unsupported(`${name}() is not part of the policy language`, node.pos)
}

/** Compiles a checked syntax tree to a closure over plain objects: no eval, no prototype, no exception, bounded steps. */
export function compileCel(node: ASTNode, scope: Scope): Read {
  const path = pathOf(node, scope.locals)
  if (path) {
    scope.paths.push(path)
    return (run) => readPath(run, path)
  }
  const go = (part: ASTNode) => compileCel(part, scope)
  switch (node.op) {
    case 'value':
      return literal(node)
    case 'id': {
      const slot = scope.locals.lastIndexOf(node.args)
      return (run) => run.locals[slot]
    }
    case '.': {
      const key = node.args[1]
      return member(go(node.args[0]), () => key)
    }
    case '[]':
      return member(go(node.args[0]), go(node.args[1]))
    case '&&':
      return combine(and, false, go(node.args[0]), go(node.args[1]))
    case '||':
      return combine(or, true, go(node.args[0]), go(node.args[1]))
    case '!_': {
      const of = go(node.args)
      return (run) => not(truthOf(run, of(run)))
    }
    case '-_':
      return negative(go(node.args))
    case '?:':
      return choice(node, scope)
    case 'list':
      return list(node.args, scope)
    case 'in':
      return binary(membership, go(node.args[0]), go(node.args[1]))
    case '==':
      return binary(sameValue, go(node.args[0]), go(node.args[1]))
    case '!=':
      return binary((one, other) => !sameValue(one, other), go(node.args[0]), go(node.args[1]))
    case '<':
    case '<=':
    case '>':
    case '>=':
      return binary(compare(node.op), go(node.args[0]), go(node.args[1]))
    case 'rcall':
      return method(node, scope)
    case 'call':
      return call(node, scope)
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return binary(arithmetic(node.op), go(node.args[0]), go(node.args[1]))
    default:
      throw new Unsupported(`${node.op} is not part of the policy language`, node.pos)
  }
}
