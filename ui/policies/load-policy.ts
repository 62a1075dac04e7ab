import {
  listPolicies,
  listPolicyVersions,
  type Policy,
  type PolicyVersion,
} from '#shared/contract/policies.ts'
import type { Asked } from '../fragment.ts'

/** A policy with its versions, newest first. */
export type Loaded = { policy: Policy; versions: PolicyVersion[] }

export const projectOf = ({ viewer }: Asked): string => viewer.url.searchParams.get('project_id') ?? ''

/** The policy that the address names; null where the project has none with that id. */
export async function loadPolicy(asked: Asked): Promise<Loaded | null> {
  const { ask, params } = asked
  const project_id = projectOf(asked)
  const wanted = (params['policy_id'] ?? '').toLowerCase()
  const policy = (await ask(listPolicies, {}, project_id)).find(({ id }) => id === wanted)
  if (!policy) return null
  return {
    policy,
    versions: await ask(listPolicyVersions, { params: { policy_id: policy.id } }, project_id),
  }
}

/** The version that a text names, else the one that decides, else the newest. */
export function versionOf({ versions }: Loaded, named: string | null): PolicyVersion | undefined {
  return (
    versions.find(({ version }) => String(version) === named) ??
    versions.find(({ active }) => active) ??
    versions[0]
  )
}
