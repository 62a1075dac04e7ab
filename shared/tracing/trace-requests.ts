import type { Log } from '../log.ts'
import { readTraceparent } from './trace-parent.ts'
import { OWN_AGENT, tracerOf, within } from './tracer.ts'

type Answer = () => Promise<Response>
type Traced = (request: Request, answer: Answer) => Promise<Response>

/** What whoever starts and watches the hub asks all the time. */
const UNTRACED = new Set(['/healthz', '/readyz'])

const untraced: Traced = (_request, answer) => answer()

/** Makes a span of each request to a route, by the conventions for HTTP; without a tracer just has it answered. */
export function traceRequests(log: Log, part: string, method: string, route: string): Traced {
  const tracer = tracerOf(log)
  if (!tracer || UNTRACED.has(route)) return untraced
  const name = `${method} ${route}`
  return async (request, answer) => {
    const agent = request.headers.get('user-agent')
    if (agent?.startsWith(OWN_AGENT)) return answer()
    const { pathname, protocol, hostname, port } = new URL(request.url)
    const parent = readTraceparent(request.headers.get('traceparent'))
    const attributes = {
      ...{ 'http.request.method': method, 'http.route': route, 'hub.part': part },
      ...{ 'url.path': pathname, 'url.scheme': protocol.slice(0, -1), 'server.address': hostname },
      ...(port === '' ? {} : { 'server.port': Number(port) }),
      ...(agent === null ? {} : { 'user_agent.original': agent }),
    }
    const span = tracer.start({ name, kind: 'server', attributes, parent })
    try {
      const response = await within(span, answer)
      span.set({ 'http.response.status_code': response.status })
      const request_id = response.headers.get('x-request-id')
      if (request_id !== null) span.set({ 'hub.request_id': request_id })
      if (response.status >= 500) span.fail(String(response.status))
      return response
    } catch (cause) {
      span.fail('failed')
      throw cause
    } finally {
      span.end()
    }
  }
}
