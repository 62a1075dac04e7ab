import type { ASTNode } from '@marcbachmann/cel-js'
import type { Catalogue } from './catalogue-types.ts'
import { pathOf } from './compile-cel.ts'

const FLIPPED = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==' } as const
type Sign = keyof typeof FLIPPED

function numberOf(node: ASTNode): number | null {
  if (node.op === '-_') {
    const inner = numberOf(node.args)
    return inner === null ? null : -inner
  }
  if (node.op !== 'value') return null
  return typeof node.args === 'number' || typeof node.args === 'bigint' ? Number(node.args) : null
}

/** The interval that a comparison leaves to its path; open ends count as closed, which only finds less. */
export type Bound = { readonly path: string; readonly sign: Sign; readonly value: number }

/** The comparison of a path with a number that a node is, if it is one. */
export function boundOf(node: ASTNode): Bound | null {
  const { op } = node
  if (op !== '<' && op !== '<=' && op !== '>' && op !== '>=' && op !== '==') return null
  const [left, right] = node.args
  const [path, value] = [pathOf(left, []), numberOf(right)]
  if (path && value !== null) return { path: path.join('.'), sign: op, value }
  const [other_path, other] = [pathOf(right, []), numberOf(left)]
  return other_path && other !== null ? { path: other_path.join('.'), sign: FLIPPED[op], value: other } : null
}

/** Why a comparison can never be true of a value between `min` and `max`; null when it can. */
export function outOfRange({ path, sign, value }: Bound, catalogue: Catalogue): string | null {
  const entry = catalogue.find(({ name }) => name === path)
  const { min = -Infinity, max = Infinity } = entry ?? {}
  const never =
    (sign === '<' && value <= min) ||
    (sign === '<=' && value < min) ||
    (sign === '>' && value >= max) ||
    (sign === '>=' && value > max) ||
    (sign === '==' && (value < min || value > max))
  return never ? `${path} is between ${min} and ${max}, so this is never true` : null
}

/** Whether two or more comparisons joined by `&&` leave nothing for a path to be. */
export function contradiction(bounds: readonly Bound[]): string | null {
  for (const [path, of_path] of Map.groupBy(bounds, (bound) => bound.path)) {
    const above = of_path.filter(({ sign }) => sign !== '<' && sign !== '<=')
    const below = of_path.filter(({ sign }) => sign !== '>' && sign !== '>=')
    for (const low of above)
      for (const high of below) {
        const strict = low.sign === '>' || high.sign === '<'
        if (low.value > high.value || (strict && low.value === high.value)) return path
      }
  }
  return null
}
