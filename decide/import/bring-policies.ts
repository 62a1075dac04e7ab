import type { Row } from '#shared/mvp/read-page.ts'
import { textOr } from '#shared/mvp/settle.ts'
import { readRow, type Bringing, type Step } from '#shared/mvp/step.ts'
import { count, refuse, settle } from '#shared/mvp/tally.ts'
import { hashDefinition } from '#shared/policy/hash-definition.ts'
import { clean, isRecord } from '#shared/protocol/clean.ts'
import type { Transaction } from '#shared/store/connect.ts'
import { readTime } from '#shared/time.ts'
import { changePolicies } from '../policies/change-policies.ts'
import { checkDefinition } from '../policies/compile-definition.ts'
import { letDecide } from '../policies/let-decide.ts'

/** Who made what was brought over; a version of a person's is never taken out of force by it. */
const BY = 'import'

type Version = {
  version_id: string
  version: number
  effective_from: Date
  active: boolean
  /** JSON text with the digits as they stood. */
  definition: string
  hash: string
  created_at: Date
  /** What is wrong with it here; null where it may decide. */
  fault: string | null
}

const dateOf = (value: unknown): Date | null => {
  const micros = readTime(textOr(value) ?? '')
  return micros === null ? null : new Date(Math.floor(micros / 1000))
}

function readVersion(said: unknown, now: Date): Version | null {
  if (!isRecord(said)) return null
  const { id, version, effective_from, active, definition, created_at } = said
  if (typeof id !== 'string' || typeof version !== 'number') return null
  const text = JSON.stringify(definition ?? null)
  const read: unknown = JSON.parse(text)
  const { policy, findings } = checkDefinition(read)
  const error = findings.find(({ severity }) => severity === 'error')
  return {
    version_id: id,
    version,
    effective_from: dateOf(effective_from) ?? now,
    active: active === true,
    definition: text,
    hash: policy?.hash ?? hashDefinition(read),
    created_at: dateOf(created_at) ?? now,
    fault: policy ? null : (error?.message ?? 'it is no policy'),
  }
}

type Of = { project_no: number; policy_id: string; name: string }

/** The MVP decided by the active version that had come into effect last; several could be active, here one is. */
async function activate(
  tx: Transaction,
  { tally }: Bringing,
  of: Of,
  version: Version,
  at: Date,
): Promise<void> {
  const { project_no, policy_id, name } = of
  const { version_id, effective_from } = version
  if (version.fault !== null) {
    tally.tasks.push(
      `policy ${JSON.stringify(name)} version ${version.version} decided and does not here, since ${version.fault}: write a version that does`,
    )
    return
  }
  if (effective_from > at) {
    await tx`update policy_versions set scheduled = false
      where project_no = ${project_no} and policy_id = ${policy_id} and scheduled`
    await tx`update policy_versions set scheduled = true where project_no = ${project_no} and version_id = ${version_id}`
    return
  }
  const [held] = await tx<{ created_by: string; is_newer: boolean }[]>`
    select created_by, (effective_from, version) > (${effective_from}, ${version.version}::int) as is_newer
    from policy_versions where project_no = ${project_no} and active`
  if (held && (held.is_newer || held.created_by !== BY))
    settle(tally, 'versions of policies that were active beside another: kept, not deciding')
  else await letDecide(tx, { project_no, version_id, at, actor: BY })
}

async function bringVersions(
  tx: Transaction,
  bringing: Bringing,
  of: Of,
  versions: Version[],
  at: Date,
): Promise<void> {
  for (const version of versions) {
    const { version_id, effective_from, definition, hash, created_at } = version
    const [made] = await tx<{ version: number }[]>`
      insert into policy_versions
        (version_id, policy_id, project_no, version, effective_from, definition, hash, created_at, created_by)
      values (${version_id}, ${of.policy_id}, ${of.project_no}, ${version.version}, ${effective_from},
        ${definition}::text::json, ${hash}, ${created_at}, ${BY})
      on conflict do nothing returning version`
    if (!made) continue
    if (version.fault !== null)
      settle(bringing.tally, 'versions of policies that do not compile here: kept, not deciding')
    if (version.active) await activate(tx, bringing, of, version, at)
  }
}

async function bringPolicy(bringing: Bringing, row: Row): Promise<void> {
  const { deps, tally } = bringing
  const read = readRow(bringing, 'policies', row)
  if (!read) return
  const { project_no } = read.project
  const { name, description, created_at, versions } = read.said
  const now = new Date(deps.clock())
  const all = Array.isArray(versions) ? versions.map((said) => readVersion(said, now)) : []
  if (all.includes(null)) return refuse(tally, 'policies', row.id, 'a version of it has no number')
  const of = { project_no, policy_id: row.id, name: clean(textOr(name) ?? '') }
  const is_new = await changePolicies(deps, project_no, async (tx, at) => {
    const made = await tx`
      insert into policies (policy_id, project_no, name, description, created_at)
      values (${row.id}, ${project_no}, ${of.name}, ${textOr(description)}, ${dateOf(created_at) ?? at})
      on conflict (policy_id) do nothing returning policy_id`
    const found = all.filter((version) => version !== null)
    await bringVersions(tx, bringing, of, found, at)
    return made.length === 1
  })
  count(tally, 'policies', is_new ? 'added' : 'there')
}

/** Policies under their ids, with all their versions. One that does not compile here is kept, and does not decide. */
export const bringPolicies: Step = {
  table: 'policies',
  async bring(bringing, rows) {
    for (const row of rows) await bringPolicy(bringing, row)
  },
}
