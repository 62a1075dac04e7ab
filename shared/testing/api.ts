import type { Fetch } from '../http/call.ts'
import { router, type Route } from '../http/serve.ts'
import type { Deps } from '../service.ts'

type Options = {
  /** Sent as x-api-key. */
  key?: string
  /** Bytes and text go as they are, anything else as JSON. */
  body?: unknown
  headers?: Record<string, string>
}

const isRaw = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  typeof body === 'string' || body instanceof Uint8Array

/** The API over some services' routes, without a socket: requests go in, responses come out. */
export function testApi(deps: Deps, routes: Route[]) {
  const fetch: Fetch = router(deps, routes)
  async function request(
    method: string,
    path: string,
    { key, body, headers }: Options = {},
  ): Promise<Response> {
    return fetch(
      new Request(`http://localhost${path}`, {
        method,
        headers: {
          ...(key === undefined ? {} : { 'x-api-key': key }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body) }),
      }),
    )
  }
  return { request, fetch }
}
