import type { Viewer } from '../viewer.ts'

type Place = { id: string; project_id: string }

/** The address of a case, without what is asked of it. */
export const casePath = (id: string): string => `/cases/${encodeURIComponent(id)}`

/** Where a project says how soon its cases must be handled. */
export const SETTINGS = '/cases/settings'

/** The page of a case. */
export const caseAt = (viewer: Viewer, { id, project_id }: Place): string =>
  viewer.to(casePath(id), { project_id })
