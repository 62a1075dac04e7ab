import type { Viewer } from '../viewer.ts'

type Place = { id: string; project_id: string }

/** The page of a decision. */
export const decisionAt = (viewer: Viewer, { id, project_id }: Place): string =>
  viewer.to(`/decisions/${encodeURIComponent(id)}`, { project_id })

/** The page of a policy, or of one version of it. */
export const policyAt = (viewer: Viewer, { id, project_id }: Place, version: number | null = null): string =>
  viewer.to(`/policies/${encodeURIComponent(id)}`, { project_id, version })
