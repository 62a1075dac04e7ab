import { getGraph } from '#shared/contract/graph.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { openOtlp } from './open-otlp.ts'

type Answer = (request: Request) => Response | undefined

/**
 * The hub behind a socket, for exporters that bring their own HTTP. `meddle` may answer in the hub's place; what came is
 * counted by path.
 */
export async function serveOtlp(meddle: Answer = () => undefined) {
  const hub = await openOtlp()
  const seen: { path: string; type: string; encoding: string; status: number }[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const response = meddle(request) ?? (await hub.api.fetch(request))
      seen.push({
        path: new URL(request.url).pathname,
        type: request.headers.get('content-type')?.split(';')[0] ?? '',
        encoding: request.headers.get('content-encoding') ?? 'identity',
        status: response.status,
      })
      return response
    },
  })
  const url = `http://127.0.0.1:${server.port}`

  /** The only traces of a project, oldest first. */
  async function tracesOf(key: string) {
    const response = await hub.api.request('GET', '/api/v1/traces?page_size=50', { key })
    const { items } = (await response.json()) as { items: { id: string; start_time: string }[] }
    return items.toSorted((a, b) => (a.start_time < b.start_time ? -1 : 1)).map(({ id }) => id)
  }

  /** All that a client has told: its traces, oldest first, and how often it visited each node of a graph. */
  async function told(project: TestProject) {
    const visits: Record<string, number> = {}
    const traces = []
    for (const trace_id of await tracesOf(project.key)) {
      const { nodes } = await hub.ask(project, getGraph, { params: { trace_id } })
      for (const { node_id, kind, visits: count } of nodes)
        if (kind === 'node') visits[node_id] = (visits[node_id] ?? 0) + count
      traces.push(await hub.traceOf(project, trace_id))
    }
    return { visits, traces }
  }

  /** Runs a script under Node, as the users of a client do, with these variables. */
  async function run(folder: string, script: string, env: Record<string, string>) {
    const child = Bun.spawn(['node', script], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HUB_URL: url, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ])
    const code = await child.exited
    if (code !== 0) throw new Error(`${script} ended with ${code}: ${err.slice(-2000)}`)
    return { out, err }
  }

  return {
    ...hub,
    url,
    seen,
    run,
    told,
    async stop() {
      await server.stop(true)
      await hub.stop()
    },
  }
}
