import { HubError } from '#shared/errors.ts'
import type { Principal, ProjectRef } from '#shared/http/auth.ts'

/** The project that the caller works on; every operation of notify has one. */
export function projectOf({ project }: Principal): ProjectRef {
  if (!project) throw new HubError('project_required')
  return project
}
