import type { Viewer } from '../viewer.ts'

const projectOf = ({ url }: Viewer) => url.searchParams.get('project_id')

/** The list of traces, narrowed to one user or session. */
export const tracesOf = (viewer: Viewer, of: { user_id: string } | { session_id: string }): string =>
  viewer.to('/', { project_id: projectOf(viewer), ...of })

/** A trace, or one of its spans. */
export const traceAt = (viewer: Viewer, trace_id: string, span: string | null = null): string =>
  viewer.to(`/traces/${encodeURIComponent(trace_id)}`, { project_id: projectOf(viewer), span })

/** The page of a session; a path cannot hold one that is named by dots, whose traces are listed instead. */
export const sessionAt = (viewer: Viewer, session_id: string): string =>
  /^\.{1,2}$/.test(session_id)
    ? tracesOf(viewer, { session_id })
    : viewer.to(`/sessions/${encodeURIComponent(session_id)}`, { project_id: projectOf(viewer) })

/** The sessions of one user. */
export const sessionsOf = (viewer: Viewer, user_id: string): string =>
  viewer.to('/sessions', { project_id: projectOf(viewer), user_id })
