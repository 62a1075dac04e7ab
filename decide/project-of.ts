import { HubError } from '#shared/errors.ts'
import type { Principal, ProjectRef } from '#shared/http/auth.ts'

/** The project that the caller works on; operations of this service always have one. */
export function projectOf({ project }: Pick<Principal, 'project'>): ProjectRef {
  if (!project) throw new HubError('project_required')
  return project
}
