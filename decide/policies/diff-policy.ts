import { diffArrays } from 'diff'
import type { Input, Output } from '#shared/contract/endpoint.ts'
import type { diffPolicy as contract } from '#shared/contract/policies.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import type { Deps } from '#shared/service.ts'
import { findVersion } from './find-policy.ts'

type Line = Output<typeof contract>['lines'][number]

/** Texts that differ by more lines than this are shown one after the other: finding the least takes their square. */
const MOST_EDITS = 300

const textOf = (definition: unknown): string =>
  typeof definition === 'string' ? definition : JSON.stringify(definition, null, 2)

const linesOf = (definition: unknown): string[] => textOf(definition).replace(/\n$/, '').split('\n')

const as = (kind: Line['kind'], texts: readonly string[]): Line[] => texts.map((text) => ({ kind, text }))

/** What differs between two definitions, line by line, each as its text; an object counts as its JSON. */
function diffDefinitions(from: unknown, to: unknown): Line[] {
  const [before, after] = [linesOf(from), linesOf(to)]
  const changes = diffArrays(before, after, { maxEditLength: MOST_EDITS })
  if (!changes) return [...as('removed', before), ...as('added', after)]
  return changes.flatMap(({ value, added, removed }) =>
    as(added ? 'added' : removed ? 'removed' : 'same', value),
  )
}

/** What differs between two versions of a policy. */
export async function diffPolicy(
  { database }: Deps,
  { project_no }: ProjectRef,
  { params, query }: Input<typeof contract>,
): Promise<Output<typeof contract>> {
  const [from, to] = [
    await findVersion(database.sql, project_no, params.policy_id, query.from),
    await findVersion(database.sql, project_no, params.policy_id, query.to),
  ]
  return { from: from.version, to: to.version, lines: diffDefinitions(from.definition, to.definition) }
}
