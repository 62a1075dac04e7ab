import * as contract from '#shared/contract/system.ts'
import { HubError } from '#shared/errors.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import { deadline } from '#shared/store/deadline.ts'

const DEADLINE_MS = 2000

/** `GET /readyz`: the database answers within two seconds. */
export const readyz = (deps: Deps): Route =>
  serve(contract.readyz, async () => {
    try {
      await deadline(deps.database.read`select 1`, DEADLINE_MS)
      return { ok: true }
    } catch (cause) {
      throw new HubError('starting', { cause, retry_after: 1 })
    }
  })
