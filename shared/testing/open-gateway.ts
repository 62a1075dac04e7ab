import type { Endpoint } from '../contract/endpoint.ts'
import { ENDPOINTS } from '../contract/index.ts'

/** Where each service that was started listens. */
type Services = Partial<Record<Endpoint['service'], string>>

const fits = (pattern: string, path: string) => {
  const [wanted, parts] = [pattern.split('/'), path.split('/')]
  return (
    wanted.length === parts.length && wanted.every((part, at) => part.startsWith(':') || part === parts[at])
  )
}

type Gateway = { url: string; leadTo: (services: Services) => void; stop: () => Promise<void> }

/** One door to the services of the API, which hands each request to the one that the contract names. */
export function openGateway(): Gateway {
  let services: Services = {}
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      const operation = ENDPOINTS.find(
        ({ method, path }) => method === request.method && fits(path, pathname),
      )
      const headers = new Headers(request.headers)
      headers.delete('host')
      const body = request.method === 'GET' ? null : await request.arrayBuffer()
      const target = `${services[operation?.service ?? 'query'] ?? ''}${pathname}${search}`
      return fetch(target, { method: request.method, headers, body }).catch(
        () => new Response(null, { status: 502 }),
      )
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    leadTo: (found) => void (services = found),
    stop: () => server.stop(true),
  }
}
