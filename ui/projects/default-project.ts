import type { Output } from '#shared/contract/endpoint.ts'
import type { listProjects } from '#shared/contract/projects.ts'

export type Project = Output<typeof listProjects>[number]

/**
 * The project that the development key writes to: the hub makes it before all others, under this name.
 * `projects` is newest first, as the API lists them.
 */
export const defaultProject = (dev_key: string | null, projects: Project[]): Project | null =>
  dev_key === null ? null : (projects.findLast(({ name }) => name === 'default') ?? null)
