import * as contract from '#shared/contract/system.ts'
import { checkReady } from '#shared/http/health.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'

/** `GET /readyz`: the database answers within two seconds. */
export const readyz = (deps: Deps): Route => serve(contract.readyz, async () => checkReady(deps.database))
