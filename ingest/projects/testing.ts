import { Type as t } from '@sinclair/typebox'
import { endpoint, type Auth, type Output } from '#shared/contract/endpoint.ts'
import type { createKey, rotateKey } from '#shared/contract/projects.ts'
import { serve } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import { testApi } from '#shared/testing/api.ts'
import { projectRoutes } from './routes.ts'

const Seen = t.Object({ kind: t.String(), actor: t.String(), project_id: t.Union([t.String(), t.Null()]) })

/** An operation that tells whom the hub took the caller for. */
const probe = (auth: Auth) =>
  serve(
    endpoint({
      service: 'query',
      method: 'GET',
      path: `/probe/${auth}`,
      summary: 'Who am I',
      tag: 'Probe',
      auth,
      response: Seen,
    }),
    async ({ principal: { kind, actor, project } }) => ({
      kind,
      actor,
      project_id: project?.project_id ?? null,
    }),
  )

/** The JSON of an answer that must have succeeded. */
export async function jsonOf<T>(response: Response | Promise<Response>): Promise<T> {
  const { ok, status } = await response
  const answer: unknown = await (await response).json()
  if (!ok) throw new Error(`answered ${status}: ${JSON.stringify(answer)}`)
  // The test that asks knows the contract of what it asked.
  return answer as T
}

/** Status, code and text of an answer that refused. */
export async function problem(response: Response | Promise<Response>) {
  const { status } = await response
  // Errors of the hub are of this one form; a success has neither and fails the comparison.
  const { code, detail } = (await (await response).json()) as { code: string; detail: string }
  return { status, code, detail }
}

/** The operations on projects, and one probe for each way to be let in: `/probe/read` and so on. */
export function accessApi(deps: Deps) {
  const routes = [
    ...projectRoutes(deps),
    probe('none'),
    probe('admin'),
    probe('read'),
    probe('ingest'),
    probe('act'),
  ]
  const { fetch, request } = testApi(deps, routes)
  const key = deps.config.admin_key

  /** An operation under `/api/v1/projects` with the admin key. */
  const admin = async (method: string, path: string, body?: unknown) =>
    request(method, `/api/v1/projects${path}`, { key, body })
  const seen = async (auth: Auth, with_key: string, headers: Record<string, string> = {}) =>
    request('GET', `/probe/${auth}`, { key: with_key, headers })

  return {
    fetch,
    request,
    admin,
    /** What the probe answers to a key. */
    probe: seen,
    newProject: async () => jsonOf<Output<typeof rotateKey>>(admin('POST', '', { name: 'mine' })),
    rotate: async (project_id: string, grace_seconds = 0) =>
      jsonOf<Output<typeof rotateKey>>(
        admin('POST', `/${project_id}/rotate-key?grace_seconds=${grace_seconds}`),
      ),
    newKey: async (project_id: string, body: Record<string, unknown>) =>
      jsonOf<Output<typeof createKey>>(admin('POST', `/${project_id}/keys`, body)),
    /** A new project whose key was rotated, so that it may ingest. */
    async readyProject() {
      const { id } = await this.newProject()
      return this.rotate(id)
    },
  }
}

/** Looks until something is so that no request waits for, such as the write of a key's last use. */
export async function until(done: () => Promise<boolean>) {
  for (let tries = 0; tries < 100; tries++) {
    if (await done()) return
    await Bun.sleep(20)
  }
  throw new Error('it never came')
}
