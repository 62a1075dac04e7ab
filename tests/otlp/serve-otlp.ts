import { getGraph, getResumptions } from '#shared/contract/graph.ts'
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

  /** All that a client has told: its traces, oldest first, how often it visited each node, and which ways it took. */
  async function told(project: TestProject) {
    const visits: Record<string, number> = {}
    const ways: string[] = []
    const traces = []
    for (const trace_id of await tracesOf(project.key)) {
      const { nodes, edges } = await hub.ask(project, getGraph, { params: { trace_id } })
      for (const { node_id, kind, visits: count } of nodes)
        if (kind === 'node') visits[node_id] = (visits[node_id] ?? 0) + count
      for (const { from, to, taken, inferred } of edges)
        ways.push(`${from} ${to} ${taken}${inferred ? ' inferred' : ''}`)
      traces.push(await hub.traceOf(project, trace_id))
    }
    return { visits, ways: ways.toSorted(), traces }
  }

  /** The nodes of a trace that a person was asked in, each with the trace that went on with the answer. */
  async function resumed(project: TestProject, trace_id = '') {
    const { items } = await hub.ask(project, getResumptions, { params: { trace_id } })
    return items.map(({ node_id, resumed: { trace_id: next } }) => `${node_id} ${next}`)
  }

  /** Runs a script as the users of a client do, with these variables. */
  async function run(folder: string, script: string, env: Record<string, string>, runtime = 'node') {
    const child = Bun.spawn([runtime, script], {
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
    resumed,
    async stop() {
      await server.stop(true)
      await hub.stop()
    },
  }
}
