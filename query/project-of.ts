import { HubError } from '#shared/errors.ts'
import type { Principal, ProjectRef } from '#shared/http/auth.ts'

/** The project that the caller reads; operations with auth `read` always have one. */
export function projectOf({ project }: Principal): ProjectRef {
  if (!project) throw new HubError('project_required')
  return project
}
