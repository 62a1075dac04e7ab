import * as contract from '#shared/contract/case-settings.ts'
import { HubError, type Issue } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { SEVERITIES } from '#shared/schema/case-words.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'

function check({ sla }: contract.CaseSettings): void {
  const issues = SEVERITIES.filter((name) => sla[name].ack_seconds > sla[name].resolve_seconds).map(
    (name): Issue => ({
      type: 'value_error',
      loc: ['body', 'sla', name, 'resolve_seconds'],
      msg: 'resolve_seconds is before ack_seconds',
    }),
  )
  if (issues.length > 0) throw new HubError('validation_error', { issues })
}

/** `PUT /api/v1/cases/settings`. */
export const putCaseSettings = (deps: Deps): Route =>
  serve(contract.putCaseSettings, async ({ body, principal: { project, actor } }) => {
    if (!project) throw new HubError('project_required')
    check(body)
    const { sla, group_window_seconds, reopen_window_seconds } = body
    const { low, medium, high, critical } = sla
    const settings = { sla: { low, medium, high, critical }, group_window_seconds, reopen_window_seconds }
    const at = new Date(deps.clock())
    const { project_no, project_id } = project
    await deps.database.sql.begin(async (sql) => {
      await sql`
        insert into case_settings (project_no, settings, updated_at)
        values (${project_no}, ${JSON.stringify(settings)}::text::jsonb, ${at})
        on conflict (project_no) do update set settings = excluded.settings, updated_at = excluded.updated_at`
      const detail = { group_window_seconds, reopen_window_seconds }
      const deed = { at, actor, action: 'project.case_settings_changed', project_no } as const
      await writeAudit(sql, { ...deed, subject: project_id, detail })
    })
    return { ...settings, updated_at: at.toISOString() }
  })
