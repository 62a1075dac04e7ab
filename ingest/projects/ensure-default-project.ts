import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { issueKey } from './issue-key.ts'

/**
 * Makes the ready project of development, in which the admin key works without x-project-id. Hubs that start at the
 * same time make one between them, and a restart makes none.
 */
export async function ensureDefaultProject({ config, database, bus, clock, log }: Deps): Promise<void> {
  if (config.env !== 'development') return
  const at = new Date(clock())
  const project_id = crypto.randomUUID()
  await database.sql.begin(async (tx) => {
    const [made] = await tx<{ project_no: number }[]>`
      insert into projects (project_id, name, key_activated, is_default, created_at)
      values (${project_id}, 'default', true, true, ${at})
      on conflict (is_default) where is_default do nothing
      returning project_no`
    if (!made) return
    const { key_id, masked } = await issueKey(tx, {
      secret: config.secret_key,
      project_no: made.project_no,
      project_id,
      name: 'main',
      scope: 'full',
      is_main: true,
      created_at: at,
      expires_at: null,
    })
    const deed = {
      at,
      actor: 'hub',
      action: 'project.created',
      project_no: made.project_no,
      subject: project_id,
    } as const
    await writeAudit(tx, { ...deed, detail: { key_id, masked } })
    log.info('made the default project', { project_id })
  })
  bus.publish('key.changed.v1', { project_id })
}
