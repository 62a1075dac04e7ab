import type { Output } from '#shared/contract/endpoint.ts'
import type { listProjects } from '#shared/contract/projects.ts'

export type Project = Output<typeof listProjects>[number]

/** The project that the development key writes to, where there is such a key. */
export const defaultProject = (dev_key: string | null, projects: Project[]): Project | null =>
  dev_key === null ? null : (projects.find(({ is_default }) => is_default) ?? null)
