import { afterAll, expect } from 'bun:test'
import { testHub } from '#shared/testing/hub.ts'
import { decide } from '../../decide/service.ts'
import { ingest } from '../../ingest/service.ts'
import { query } from '../../query/service.ts'

type Listed = { items: { id: string; name: string; status: string; has_open_spans: boolean }[] }

type Ended = { code: number; out: string; err: string }

/** Runs a command and gives what it said. */
export async function runCommand(command: string[], env: Record<string, string>): Promise<Ended> {
  const { PATH = '' } = process.env
  const child = Bun.spawn(command, { env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, out, err }
}

/** A hub on a socket, and programs that are run as a user of it would, each with a project of its own. */
export async function serveHub() {
  const hub = await testHub([ingest, decide, query])
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => hub.api.fetch(request) })
  afterAll(async () => {
    await server.stop(true)
    await hub.stop()
  })

  /** Runs a program, which must end well, and gives what the hub then lists. */
  async function use(start: (env: Record<string, string>) => Promise<Ended>) {
    const project = await hub.mint()
    const env = { TRACEHUB_BASE_URL: `http://127.0.0.1:${server.port}`, TRACEHUB_API_KEY: project.key }
    const ended = await start(env)
    expect(ended.err).toBe('')
    expect(ended.code).toBe(0)
    const { json } = await hub.send(project, 'GET', '/api/v1/traces')
    // The contract of the list.
    const { items } = json as unknown as Listed
    return { ...ended, project, items }
  }

  return { ...hub, use }
}
