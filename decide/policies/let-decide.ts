import { announce } from '#shared/store/announce.ts'
import type { Transaction } from '#shared/store/connect.ts'

/** Which version, and by whom and when; without `is_rollback` the one before is noted. */
type Wanted = { project_no: number; version_id: string; at: Date; actor: string; is_rollback?: boolean }

type Activated = { policy_id: string; policy: string; version: number; hash: string }

/**
 * Makes a version the one that decides for its project, and tells so; false when it does already. It notes which did
 * before, unless it is a rollback, after which a further one goes further back.
 */
export async function letDecide(
  tx: Transaction,
  { project_no, version_id, at, actor, is_rollback = false }: Wanted,
): Promise<boolean> {
  const [before] = await tx<{ version_id: string }[]>`
    select version_id from policy_versions where project_no = ${project_no} and active`
  if (before?.version_id === version_id) return false
  await tx`update policy_versions set active = false where project_no = ${project_no} and active`
  await tx`
    update policy_versions set active = true, scheduled = false,
      previous_id = case when ${is_rollback} then previous_id else ${before?.version_id ?? null}::uuid end
    where project_no = ${project_no} and version_id = ${version_id}`
  const news = await tx<Activated[]>`
    select v.policy_id, p.name as policy, v.version, v.hash
    from policy_versions v join policies p using (policy_id)
    where v.project_no = ${project_no} and v.version_id = ${version_id}`
  await announce(
    tx,
    news.map((payload) => ({ project_no, event: 'policy.activated', payload: { ...payload, actor } })),
    at,
  )
  return true
}
