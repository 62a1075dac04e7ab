import * as contract from '#shared/contract/system.ts'
import { serve, type Route } from '#shared/http/serve.ts'

/** `GET /healthz`: the process answers; it asks nothing else, so that a slow database restarts nobody. */
export const healthz = (): Route => serve(contract.healthz, () => Promise.resolve({ ok: true }))
