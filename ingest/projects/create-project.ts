import type { Output } from '#shared/contract/endpoint.ts'
import type { createProject as contract } from '#shared/contract/projects.ts'
import { clean } from '#shared/protocol/clean.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { issueKey } from './issue-key.ts'

/** Makes a project with its main key, which can read at once and ingest after the first rotation. */
export async function createProject(
  { config, database, clock }: Deps,
  name_as_sent: string,
  actor: string,
): Promise<Output<typeof contract>> {
  const at = new Date(clock())
  const project_id = crypto.randomUUID()
  const name = clean(name_as_sent)
  return database.sql.begin(async (tx) => {
    const [{ project_no }] = await tx<[{ project_no: number }]>`
      insert into projects (project_id, name, created_at) values (${project_id}, ${name}, ${at})
      returning project_no`
    const { key_id, api_key, masked } = await issueKey(tx, {
      secret: config.secret_key,
      project_no,
      project_id,
      name: 'main',
      scope: 'full',
      is_main: true,
      created_at: at,
      expires_at: null,
    })
    const detail = { key_id, masked }
    await writeAudit(tx, { at, actor, action: 'project.created', project_no, subject: project_id, detail })
    return { id: project_id, name, key_activated: false, created_at: at.toISOString(), api_key }
  })
}
