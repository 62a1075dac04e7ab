import { isAction } from '#shared/policy/actions.ts'
import type { Finding } from '#shared/policy/finding.ts'
import type { Policy } from '#shared/policy/policy.ts'
import { readDocument } from '#shared/policy/read-document.ts'
import { compileDefinition } from './compile-definition.ts'

type Stored = { policy: Policy; broken: readonly Finding[] }

/** How many compiled policies are kept, those of all projects together. */
const MOST_KEPT = 1000

/** What decides in the place of a definition that no longer compiles: its default, as far as that can be read. */
function fallback(definition: unknown): Policy {
  const wanted = readDocument(definition).value?.['default']
  const { policy } = compileDefinition({
    version: 2,
    rules: [],
    ...(isAction(wanted) ? { default: wanted } : {}),
  })
  if (!policy) throw new Error('a policy without rules does not compile')
  return policy
}

/** Compiles stored definitions, equal ones once; `keep` is the longest-unused-last memory of one book. */
export function compiledMemory(compile = compileDefinition) {
  const kept = new Map<string, Stored>()
  return (hash: string, definition: unknown): Stored => {
    const known = kept.get(hash)
    if (known) kept.delete(hash)
    const stored = known ?? compileOne(compile, definition)
    kept.set(hash, stored)
    const [oldest] = kept.size > MOST_KEPT ? kept.keys() : []
    if (oldest !== undefined) kept.delete(oldest)
    return stored
  }
}

function compileOne(compile: typeof compileDefinition, definition: unknown): Stored {
  const { policy, findings } = compile(definition)
  if (policy) return { policy, broken: [] }
  return { policy: fallback(definition), broken: findings.filter(({ severity }) => severity === 'error') }
}
