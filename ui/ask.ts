import type { TSchema } from '@sinclair/typebox'
import type { Endpoint, Input, Output } from '#shared/contract/endpoint.ts'
import { signActor, type Actor } from '#shared/http/actor.ts'
import { call, CallError, callSince, callStream, type Fetch, type Tagged } from '#shared/http/call.ts'
import { isUuid } from '#shared/ids.ts'
import type { Deps } from '#shared/service.ts'
import { roleIn, type Person } from './people/person.ts'

const DEADLINE_MS = 15_000
const ACTOR_MS = 60_000

/** The API did not answer, or not in time. */
export class HubAway extends Error {
  override readonly name = 'HubAway'
}

type AskOne = <P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  endpoint: Endpoint<P, Q, B, R>,
  input: Partial<Input<Endpoint<P, Q, B, R>>>,
  project?: string | null,
  /** What else the request says, such as If-Match. */
  headers?: Record<string, string>,
) => Promise<Output<Endpoint<P, Q, B, R>>>

type AskSince = <P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  endpoint: Endpoint<P, Q, B, R>,
  input: Partial<Input<Endpoint<P, Q, B, R>>>,
  project: string | null,
  known: string | null,
) => Promise<Tagged<Output<Endpoint<P, Q, B, R>>> | null>

type AskStream = <P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  endpoint: Endpoint<P, Q, B, R>,
  input: Partial<Input<Endpoint<P, Q, B, R>>>,
  project: string | null,
) => Promise<Response>

/**
 * Asks the API one operation on behalf of the viewer, on one project or on none; `since` hands on the tag of an answer
 * that the browser already shows, and gets null while it is true; `stream` hands the answer on as it comes.
 */
export type Ask = AskOne & { since: AskSince; stream: AskStream }

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new HubAway('the API did not answer in time')), DEADLINE_MS)
  })
  try {
    return await Promise.race([answer, late])
  } catch (cause) {
    if (cause instanceof CallError || cause instanceof HubAway) throw cause
    throw new HubAway('the API cannot be reached', { cause })
  } finally {
    clearTimeout(timer)
  }
}

/** As whom the person asks: with the role in that project, as admin of the hub, or with none at all. */
function standing(person: Person, project: string | null): Pick<Actor, 'project' | 'role'> {
  if (project === null) return { project, role: person.is_admin ? 'admin' : 'viewer' }
  // An address may name anything as its project; what is no id, or not the person's, is the project of nobody.
  const role = isUuid(project) ? roleIn(person, project) : null
  if (role === null) throw new CallError(404, 'project_not_found', 'project not found')
  return { project, role }
}

/** The project that the path of an operation names. */
function projectIn(params: unknown): string | null {
  if (typeof params !== 'object' || params === null || !('project_id' in params)) return null
  const named = params.project_id
  return typeof named === 'string' ? named : null
}

/** How the pages reach the API on behalf of a person; who has not signed in asks nothing. */
export const askOf =
  ({ config, clock }: Pick<Deps, 'config' | 'clock'>, fetch: Fetch, base: string) =>
  (person: Person | null): Ask => {
    function headersFor(params: unknown, project: string | null): Record<string, string> {
      if (person === null) throw new CallError(401, 'missing_api_key', 'nobody has signed in')
      const wanted = project ?? (person.is_admin ? null : projectIn(params))
      const who = { person: person.person_id, ...standing(person, wanted), expires_at: clock() + ACTOR_MS }
      return { 'x-hub-actor': signActor(config.secret_key, who) }
    }
    const ask: AskOne = async (endpoint, input, project = null, headers = {}) =>
      inTime(call(fetch, base, endpoint, input, { ...headers, ...headersFor(input.params, project) }))
    const since: AskSince = async (endpoint, input, project, known) =>
      inTime(callSince(fetch, base, endpoint, input, headersFor(input.params, project), known))
    const stream: AskStream = async (endpoint, input, project) =>
      inTime(callStream(fetch, base, endpoint, input, headersFor(input.params, project)))
    return Object.assign(ask, { since, stream })
  }
