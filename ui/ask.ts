import type { TSchema } from '@sinclair/typebox'
import type { Endpoint, Input, Output } from '#shared/contract/endpoint.ts'
import { signActor } from '#shared/http/actor.ts'
import { call, CallError, type Fetch } from '#shared/http/call.ts'
import { isUuid } from '#shared/ids.ts'
import type { Deps } from '#shared/service.ts'

const DEADLINE_MS = 15_000
const ACTOR_MS = 60_000

/** The API did not answer, or not in time. */
export class HubAway extends Error {
  override readonly name = 'HubAway'
}

/** Asks the API one operation on behalf of the viewer, on one project or on none. */
export type Ask = <P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  endpoint: Endpoint<P, Q, B, R>,
  input: Partial<Input<Endpoint<P, Q, B, R>>>,
  project?: string | null,
) => Promise<Output<Endpoint<P, Q, B, R>>>

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

/** How the pages reach the API; without sign-in, the one person is the developer at this machine. */
export const askOf =
  ({ config, clock }: Pick<Deps, 'config' | 'clock'>, fetch: Fetch, base: string): Ask =>
  async (endpoint, input, project = null) => {
    // An address may name anything as its project; what is no id is the project of nobody.
    if (project !== null && !isUuid(project))
      throw new CallError(404, 'project_not_found', 'project not found')
    const actor = { person: 'developer', project, role: 'admin' as const, expires_at: clock() + ACTOR_MS }
    return inTime(call(fetch, base, endpoint, input, { 'x-hub-actor': signActor(config.secret_key, actor) }))
  }
