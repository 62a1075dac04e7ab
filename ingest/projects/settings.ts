import type { Input, Output } from '#shared/contract/endpoint.ts'
import type { getSettings, putSettings } from '#shared/contract/projects.ts'
import { HubError } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import { checkOf } from '#shared/schema/check.ts'
import { Limits, NO_LIMITS } from '#shared/schema/limits.ts'
import { Masking } from '#shared/schema/masking.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { changeProject } from './change-project.ts'

type Settings = Output<typeof getSettings>
type Wanted = Input<typeof putSettings>['body']
type Row = {
  project_id: string
  retention_days: number | null
  masking: unknown
  limits: unknown
  updated_at: Date | null
}

const NOTHING_MASKED: Masking = { detectors: [], keys: [] }

const shown = ({ config }: Deps, row: Row): Settings => ({
  project_id: row.project_id,
  retention_days: row.retention_days,
  effective_retention_days: row.retention_days ?? config.retention_days,
  masking: checkOf(Masking).Check(row.masking) ? row.masking : NOTHING_MASKED,
  limits: checkOf(Limits).Check(row.limits) ? row.limits : NO_LIMITS,
  updated_at: row.updated_at?.toISOString() ?? null,
})

/** What is set for a project; what was never set reads as the hub's default. */
export async function readSettings(deps: Deps, project_id: string): Promise<Settings> {
  if (!isUuid(project_id)) throw new HubError('project_not_found')
  const [row] = await deps.database.sql<Row[]>`
    select p.project_id, s.retention_days, s.masking, s.limits, s.updated_at
    from projects p left join project_settings s using (project_no) where p.project_id = ${project_id}`
  if (!row) throw new HubError('project_not_found')
  return shown(deps, row)
}

/** `key 600/min 50, project none`, as the audit has it. */
const told = (limits: Limits): string =>
  (['key', 'project'] as const)
    .map((whose) => {
      const limit = limits[whose]
      return limit ? `${whose} ${limit.per_minute}/min ${limit.burst}` : `${whose} none`
    })
    .join(', ')

/** Sets all of it at once; limits that are left out stay as they are. Every process follows within a second; retention and filing within the hour. */
export async function changeSettings(
  deps: Deps,
  project_id: string,
  { retention_days, masking, limits }: Wanted,
  actor: string,
): Promise<Output<typeof putSettings>> {
  const at = new Date(deps.clock())
  const { detectors, keys } = masking
  const stored = { detectors: [...new Set(detectors)], keys: [...new Set(keys)] }
  const settings = await changeProject(deps, project_id, async (tx, project) => {
    const { project_no } = project
    const json = stored.detectors.length + stored.keys.length > 0 ? JSON.stringify(stored) : null
    const limit = limits && (limits.key ?? limits.project) ? JSON.stringify(limits) : null
    const [row] = await tx<[{ limits: unknown }]>`
      insert into project_settings as s (project_no, retention_days, masking, limits, updated_at)
      values (${project_no}, ${retention_days}, ${json}::text::jsonb, ${limit}::text::jsonb, ${at})
      on conflict (project_no) do update set retention_days = excluded.retention_days, masking = excluded.masking,
        limits = case when ${limits !== undefined} then excluded.limits else s.limits end,
        updated_at = excluded.updated_at
      returning limits`
    const detail = {
      ...{ retention_days, detectors: stored.detectors.join(' '), keys: stored.keys.length },
      ...(limits === undefined ? {} : { limits: told(limits) }),
    }
    const deed = { at, actor, action: 'project.settings_changed', project_no } as const
    await writeAudit(tx, { ...deed, subject: project.project_id, detail })
    const { project_id: id } = project
    return shown(deps, {
      project_id: id,
      retention_days,
      masking: stored,
      limits: row.limits,
      updated_at: at,
    })
  })
  deps.bus.publish('retention.changed.v1', { project_id })
  return settings
}
