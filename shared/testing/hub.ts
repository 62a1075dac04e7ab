import type { Service } from '../service.ts'
import { testApi } from './api.ts'
import { testDeps } from './deps.ts'
import { mintProject, type TestProject } from './project.ts'

type Json = Record<string, unknown>

/** Some services behind one API, without a socket, over a real database. */
export async function testHub(
  starters: ((deps: Awaited<ReturnType<typeof testDeps>>) => Promise<Service>)[],
) {
  const deps = await testDeps()
  const services: Service[] = []
  for (const start of starters) services.push(await start(deps))
  const api = testApi(
    deps,
    services.flatMap(({ routes }) => routes),
  )
  return {
    deps,
    api,
    mint: () => mintProject(api.fetch),
    /** Sends as the project; the answer's status and JSON. */
    async send(project: TestProject, method: string, path: string, body?: unknown) {
      const response = await api.request(method, path, {
        key: project.key,
        ...(body === undefined ? {} : { body }),
      })
      // Every answer of the API is a JSON object or a list, errors included.
      return { status: response.status, json: (await response.json()) as Json }
    },
    async stop() {
      for (const service of services) await service.stop()
      await deps.stop()
    },
  }
}
