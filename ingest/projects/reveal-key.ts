import type { Output } from '#shared/contract/endpoint.ts'
import type { currentKey as contract } from '#shared/contract/projects.ts'
import { HubError } from '#shared/errors.ts'
import { isUuid } from '#shared/ids.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { openKey } from './seal-key.ts'

type Row = {
  project_no: number
  project_id: string
  key_activated: boolean
  key_id: string | null
  masked: string | null
  sealed: Uint8Array | null
}

/** Reveals a project's main key from its sealed copy, and writes down who saw it before it is shown. */
export async function revealKey(
  { config, database, clock, log }: Deps,
  wanted_id: string,
  actor: string,
): Promise<Output<typeof contract>> {
  if (!isUuid(wanted_id)) throw new HubError('project_not_found')
  const [row] = await database.sql<Row[]>`
    select p.project_no, p.project_id, p.key_activated, k.key_id, k.masked, k.sealed
    from projects p left join api_keys k on k.project_no = p.project_no and k.is_main
    where p.project_id = ${wanted_id}`
  if (!row) throw new HubError('project_not_found')
  const { project_no, project_id, key_activated, key_id, masked, sealed } = row
  const api_key = key_id && sealed ? openKey(config.secret_key, { project_id, key_id }, sealed) : null
  if (key_id && api_key !== null) {
    const at = new Date(clock())
    await writeAudit(database.sql, {
      at,
      actor,
      action: 'key.revealed',
      project_no,
      subject: key_id,
      detail: { masked },
    })
  } else if (key_id) {
    log.warn(
      'the sealed copy of a main key does not open: rotate it, or set the HUB_SECRET_KEY of its time',
      { key_id },
    )
  }
  return { project_id, key_activated, api_key, api_key_masked: masked }
}
