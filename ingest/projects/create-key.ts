import type { Input, Output } from '#shared/contract/endpoint.ts'
import type { createKey as contract } from '#shared/contract/projects.ts'
import { HubError } from '#shared/errors.ts'
import { clean } from '#shared/protocol/clean.ts'
import type { Deps } from '#shared/service.ts'
import { writeAudit } from '#shared/store/audit.ts'
import { readTime } from '#shared/time.ts'
import { changeProject } from './change-project.ts'
import { issueKey } from './issue-key.ts'

/** The end of a key's life: a time with its zone, and not one that is over. */
function readExpiry(text: string | null | undefined, now: number): Date | null {
  if (text === null || text === undefined) return null
  const micros = readTime(text)
  const msg =
    micros === null
      ? 'Expected an RFC 3339 time with a zone'
      : micros <= now * 1000
        ? 'Expected a time to come'
        : null
  if (micros === null || msg !== null) {
    throw new HubError('validation_error', {
      issues: [{ type: 'datetime', loc: ['body', 'expires_at'], msg: msg ?? '' }],
    })
  }
  return new Date(micros / 1000)
}

/** Issues a further key beside the main one; it is shown in this answer and never again. */
export async function createKey(
  deps: Deps,
  project_id: string,
  body: Input<typeof contract>['body'],
  actor: string,
): Promise<Output<typeof contract>> {
  const now = deps.clock()
  const at = new Date(now)
  const expires_at = readExpiry(body.expires_at, now)
  const name = clean(body.name)
  const scope = body.scope ?? 'full'
  return changeProject(deps, project_id, async (tx, { project_no, project_id: owner }) => {
    const { key_id, api_key, masked } = await issueKey(tx, {
      secret: deps.config.secret_key,
      project_no,
      project_id: owner,
      name,
      scope,
      is_main: false,
      created_at: at,
      expires_at,
    })
    const detail = { masked, scope, expires_at: expires_at?.toISOString() ?? null }
    await writeAudit(tx, { at, actor, action: 'key.created', project_no, subject: key_id, detail })
    return {
      id: key_id,
      name,
      scope,
      masked,
      created_at: at.toISOString(),
      expires_at: detail.expires_at,
      last_used_at: null,
      revoked_at: null,
      api_key,
    }
  })
}
