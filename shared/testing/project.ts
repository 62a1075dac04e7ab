import type { Fetch } from '../http/call.ts'
import { call } from '../http/call.ts'
import { createProject, rotateKey } from '../contract/projects.ts'

/** A project of a test's own, ready for ingestion. */
export type TestProject = { project_id: string; key: string }

/** Creates a project and rotates its key, as a person would; `admin` is the admin key. */
export async function mintProject(fetch: Fetch, admin = 'dev-key'): Promise<TestProject> {
  const headers = { 'x-api-key': admin }
  const name = `test ${crypto.randomUUID()}`
  const { id } = await call(fetch, 'http://localhost', createProject, { body: { name } }, headers)
  const { api_key } = await call(
    fetch,
    'http://localhost',
    rotateKey,
    { params: { project_id: id } },
    headers,
  )
  return { project_id: id, key: api_key }
}
