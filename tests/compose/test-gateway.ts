import { serviceOf, type Lead } from './caddyfile.ts'

type Replicas = Record<string, string[]>

/** Which way a request came in: as everybody's does, or from the pages. */
type Site = 'public' | 'internal'

/**
 * A small stand-in for Caddy over the table of the Caddyfile: replicas by turns, the next one when one is not there. It
 * listens on free ports where none are given.
 */
export function openTestGateway(table: readonly Lead[], ports = { everybody: 0, pages: 0 }) {
  let replicas: Replicas = {}
  let turn = 0

  async function pass(site: Site, request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url)
    const service = serviceOf(table, request.method, pathname) ?? ''
    const headers = new Headers(request.headers)
    if (site === 'public') headers.delete('x-hub-actor')
    if (site === 'internal') headers.set('host', 'localhost')
    const body = request.method === 'GET' ? null : await request.arrayBuffer()
    const own = replicas[service] ?? []
    for (let tries = 0; tries < own.length; tries++) {
      const base = own[turn++ % own.length] ?? ''
      try {
        return await fetch(`${base}${pathname}${search}`, { method: request.method, headers, body })
      } catch {
        // Not there: the next one is asked.
      }
    }
    return new Response(null, { status: 502 })
  }

  const open = (site: Site, port: number) =>
    Bun.serve({ hostname: '127.0.0.1', port, fetch: (request) => pass(site, request) })
  const [everybody, pages] = [open('public', ports.everybody), open('internal', ports.pages)]
  return {
    url: `http://127.0.0.1:${everybody.port}`,
    internal: `127.0.0.1:${pages.port}`,
    leadTo: (found: Replicas) => void (replicas = found),
    async stop() {
      await Promise.all([everybody.stop(true), pages.stop(true)])
    },
  }
}
