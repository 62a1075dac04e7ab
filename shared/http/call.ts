import type { TSchema } from '@sinclair/typebox'
import type { Endpoint, Input, Output } from '../contract/endpoint.ts'
import type { Issue } from '../errors.ts'
import { activeContext } from '../tracing/tracer.ts'
import { writeTraceparent } from '../tracing/trace-parent.ts'

/** Sends a request: over the network, or into the router that sits in this very process. */
export type Fetch = (request: Request) => Response | Promise<Response>

/** An answer that was not 2xx, as the caller sees it. */
export class CallError extends Error {
  override readonly name = 'CallError'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, detail: string) {
    super(detail)
    this.status = status
    this.code = code
  }
}

/** What is asked on behalf of a span of our own says so. */
function traceparent(): Record<string, string> {
  const context = activeContext()
  return context ? { traceparent: writeTraceparent(context) } : {}
}

/** The request of one operation; `base` is the origin of the API. */
function requestOf<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  base: string,
  { method, path }: Endpoint<P, Q, B, R>,
  input: Partial<Input<Endpoint<P, Q, B, R>>>,
  given: Record<string, string>,
): Request {
  const headers = { ...traceparent(), ...given }
  const params = Object(input.params) as Record<string, unknown>
  const url = new URL(
    path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name]))),
    base,
  )
  for (const [name, value] of Object.entries(Object(input.query) as Record<string, unknown>)) {
    if (value !== undefined) url.searchParams.set(name, String(value))
  }
  return new Request(
    url,
    input.body === undefined
      ? { method, headers }
      : {
          method,
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(input.body),
        },
  )
}

/** What an answer says was wrong: its text, or its list of issues with the place of each. */
function describe(detail: unknown): string | null {
  if (typeof detail === 'string') return detail
  if (!Array.isArray(detail)) return null
  return detail.map(({ loc, msg }: Issue) => `${loc.slice(1).join('.')}: ${msg}`).join('; ')
}

async function read<R>(response: Response, { method, path }: { method: string; path: string }): Promise<R> {
  // The other side serves this very contract; its own tests hold it to the schema.
  if (response.ok) return (await response.json()) as R
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: unknown }
  const detail = describe(problem.detail) ?? `${method} ${path} failed`
  throw new CallError(response.status, problem.code ?? 'unknown', detail)
}

/** Calls one operation and gives its answer; throws a CallError for anything but 2xx. */
export async function call<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  fetch: Fetch,
  base: string,
  endpoint: Endpoint<P, Q, B, R>,
  input: Partial<Input<Endpoint<P, Q, B, R>>>,
  headers: Record<string, string> = {},
): Promise<Output<Endpoint<P, Q, B, R>>> {
  return read(await fetch(requestOf(base, endpoint, input, headers)), endpoint)
}

/** An answer and the tag that names it; empty where it has none. */
export type Tagged<T> = { answer: T; tag: string }

/** The same for who may know the answer by its tag: null while that one is still true. */
export async function callSince<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  fetch: Fetch,
  base: string,
  endpoint: Endpoint<P, Q, B, R>,
  input: Partial<Input<Endpoint<P, Q, B, R>>>,
  headers: Record<string, string>,
  known: string | null,
): Promise<Tagged<Output<Endpoint<P, Q, B, R>>> | null> {
  const since: Record<string, string> = known === null ? {} : { 'if-none-match': known }
  const response = await fetch(requestOf(base, endpoint, input, { ...headers, ...since }))
  if (response.status === 304) return null
  return { answer: await read(response, endpoint), tag: response.headers.get('etag') ?? '' }
}

/** Calls one operation whose answer is handed on as it comes, body and headers; throws a CallError for anything but 2xx. */
export async function callStream<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  fetch: Fetch,
  base: string,
  endpoint: Endpoint<P, Q, B, R>,
  input: Partial<Input<Endpoint<P, Q, B, R>>>,
  headers: Record<string, string>,
): Promise<Response> {
  const response = await fetch(requestOf(base, endpoint, input, headers))
  if (!response.ok) await read(response, endpoint)
  return response
}
