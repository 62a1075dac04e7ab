import type { TSchema } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Turn } from '../cache/turns.ts'
import type { Endpoint, Input, Output } from '../contract/endpoint.ts'
import { HubError } from '../errors.ts'
import type { Deps } from '../service.ts'
import { authorize, type Principal } from './auth.ts'
import { answerError, requestId } from './answer-error.ts'
import { METRICS_PATH, metricsAnswer } from '../metrics/answer-metrics.ts'
import { meterRequests, type Meter } from '../metrics/meter-requests.ts'
import { traceRequests } from '../tracing/trace-requests.ts'
import { activeSpan } from '../tracing/tracer.ts'
import type { Fetch } from './call.ts'
import { checkOf, findIssues } from '../schema/check.ts'
import { parseJson } from './parse-json.ts'
import { requireTurn, takeTurn, tellTurn } from './rate.ts'
import { readBody } from './read-body.ts'
import { readParams, readQuery } from './read-query.ts'

/** What a handler is given besides its checked input. */
export type Call = { principal: Principal; request: Request; request_id: string; config: Deps['config'] }

/** One mounted operation. */
export type Route = {
  endpoint: Endpoint
  answer: (request: Request, params: Record<string, string>, call: Call) => Promise<Response>
}

const json = (value: unknown) => Response.json(value, { headers: { 'cache-control': 'no-store' } })

async function readInput(endpoint: Endpoint, params: Record<string, string>, { request, config }: Call) {
  const input = {
    params: readParams(endpoint.params, params),
    query: readQuery(endpoint.query, new URL(request.url).searchParams),
    body: undefined as unknown,
  }
  if (endpoint.body['type'] === 'undefined') return input
  const { raw } = await readBody(request, config)
  input.body = parseJson(raw)
  const check = checkOf(endpoint.body)
  if (!check.Check(input.body)) {
    throw new HubError('validation_error', { issues: findIssues(check, input.body, ['body']) })
  }
  return input
}

/** Mounts an operation: the contract checks parameters, query and body, the handler only does the work. */
export const serve = <P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  endpoint: Endpoint<P, Q, B, R>,
  handle: (input: Input<Endpoint<P, Q, B, R>> & Call) => Promise<Output<Endpoint<P, Q, B, R>> | Response>,
): Route => ({
  endpoint,
  async answer(_request, params, call) {
    const input = await readInput(endpoint, params, call)
    // readInput has checked each part against the schema that types it.
    const answer = await handle({ ...input, ...call } as never)
    return answer instanceof Response ? answer : json(answer)
  },
})

/** Mounts an operation whose handler reads the body itself: the doors of ingestion judge it item by item. */
export const door = <P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  endpoint: Endpoint<P, Q, B, R>,
  handle: (call: Call) => Promise<Output<Endpoint<P, Q, B, R>>>,
): Route => ({ endpoint, answer: async (_request, _params, call) => json(await handle(call)) })

/** Lets the caller in, has the operation answered, and counts it; whatever fails becomes an answer. */
async function answerRoute(
  deps: Deps,
  { endpoint, answer }: Route,
  meter: Meter,
  request: Request,
  params: Record<string, string>,
): Promise<Response> {
  const since = performance.now()
  const request_id = requestId(request)
  let turn: Turn | null = null
  let response: Response
  try {
    const principal = await authorize(deps, endpoint.auth, request, params['project_id'])
    if (principal.project) activeSpan()?.set({ 'hub.project_id': principal.project.project_id })
    turn = await takeTurn(deps, principal)
    requireTurn(turn)
    response = await answer(request, params, { principal, request, request_id, config: deps.config })
    response.headers.set('x-request-id', request_id)
  } catch (error) {
    response = answerError(deps.log, request, request_id, error)
  }
  tellTurn(response, turn)
  meter(response.status, since)
  return response
}

/** The router over some operations: authorises, answers errors in one form, tells 404 from 405. */
export function router(deps: Deps, routes: Route[]): Fetch {
  const app = new Elysia()
  const measure = metricsAnswer(deps)
  app.get(METRICS_PATH, async ({ request }) =>
    measure(request).catch((error: unknown) => answerError(deps.log, request, requestId(request), error)),
  )
  for (const route of routes) {
    const { endpoint } = route
    const meter = meterRequests(deps.log, endpoint.service, endpoint.method, endpoint.path)
    const trace = traceRequests(deps.log, endpoint.service, endpoint.method, endpoint.path)
    app.route(
      endpoint.method,
      endpoint.path,
      // Elysia leaves params undefined on a path that has none.
      ({ request, params }) =>
        trace(request, async () => answerRoute(deps, route, meter, request, { ...params })),
      { parse: 'none', detail: { summary: endpoint.summary, tags: [endpoint.tag] } },
    )
  }
  app.onError(({ code, error, request }) => {
    const id = requestId(request)
    if (code !== 'NOT_FOUND') return answerError(deps.log, request, id, error)
    const allowed = methodsAt(routes, new URL(request.url).pathname)
    const failure = new HubError(allowed.length ? 'method_not_allowed' : 'not_found')
    const response = answerError(deps.log, request, id, failure)
    if (allowed.length) response.headers.set('allow', allowed.join(', '))
    return response
  })
  return (request) => app.handle(request)
}

function methodsAt(routes: Route[], path: string): string[] {
  const parts = path.split('/')
  const fits = (pattern: string) => {
    const wanted = pattern.split('/')
    return (
      wanted.length === parts.length && wanted.every((part, at) => part.startsWith(':') || part === parts[at])
    )
  }
  return routes.flatMap(({ endpoint }) => (fits(endpoint.path) ? [endpoint.method] : []))
}
