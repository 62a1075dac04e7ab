import * as contract from '#shared/contract/cases.ts'
import type { Input, Output } from '#shared/contract/endpoint.ts'
import { HubError } from '#shared/errors.ts'
import type { Principal } from '#shared/http/auth.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Deps } from '#shared/service.ts'
import { ack } from './ack-case.ts'
import { actOnCase, type Act } from './act-on-case.ts'
import { assign } from './assign-case.ts'
import { reopen } from './reopen-case.ts'
import { resolve } from './resolve-case.ts'

type Body = Input<typeof contract.bulkCases>['body']
type Item = Output<typeof contract.bulkCases>['items'][number]

const ACTS: Record<Body['action'], (body: Body) => Act> = {
  ack,
  resolve,
  reopen,
  assign: ({ assignee = null }) => assign({ assignee }),
}

/** One of many; what is wrong with it is its own. */
async function actOnOne(deps: Deps, principal: Principal, id: string, act: Act): Promise<Item> {
  try {
    const { status } = await actOnCase(deps, { principal, case_id: id, versions: null }, act)
    return { id, ok: true, status, code: null, detail: null }
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    return { id, ok: false, status: null, code: error.code, detail: error.message }
  }
}

/** `POST /api/v1/cases/bulk`: each case in a transaction of its own, so that none of them waits for the others. */
export const bulkCases = (deps: Deps): Route =>
  serve(contract.bulkCases, async ({ body, principal }) => {
    const act = ACTS[body.action](body)
    const items: Item[] = []
    for (const id of new Set(body.ids)) items.push(await actOnOne(deps, principal, id, act))
    const succeeded = items.filter(({ ok }) => ok).length
    return { items, succeeded, failed: items.length - succeeded }
  })
