import { langfuseHealth, langfuseProjects } from '#shared/contract/langfuse.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import { VERSION } from '#shared/version.ts'
import { projectOf } from './accept.ts'

/** What the SDKs of Langfuse ask before they send: whether somebody is there, and which project their key is of. */
export const langfuseHello = (): Route[] => [
  serve(langfuseHealth, () => Promise.resolve({ status: 'OK' as const, version: VERSION })),
  serve(langfuseProjects, (call) => {
    const { project_id, name } = projectOf(call)
    const organization = { id: project_id, name }
    return Promise.resolve({ data: [{ id: project_id, name, organization, metadata: {} }] })
  }),
]
