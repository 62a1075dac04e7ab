import type { Output } from '#shared/contract/endpoint.ts'
import {
  DeliveryState,
  getDelivery,
  listDeliveries,
  listSubscriptions,
  type Subscription,
} from '#shared/contract/subscriptions.ts'
import { CallError } from '#shared/http/call.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { Asked } from '../fragment.ts'
import { given } from '../records/choices.tsx'
import type { Viewer } from '../viewer.ts'

export const HOME = '/notifications'
const PAGE_SIZE = 25

export type Deliveries = Output<typeof listDeliveries>
export type DeliveryDetail = Output<typeof getDelivery>

/** All that the page of notifications shows. */
export type Shown = {
  subscriptions: Subscription[]
  deliveries: Deliveries
  /** The delivery that the address opens. */
  detail: DeliveryDetail | null
}

/** The project of the page. */
export const projectIn = ({ url }: Viewer): string => url.searchParams.get('project_id') ?? ''

/** The state of deliveries that the address asks for. */
export function stateIn(viewer: Viewer): DeliveryState | undefined {
  const said = given(viewer, 'state')
  return checkOf(DeliveryState).Check(said) ? said : undefined
}

/** What is gone by now, or never was, is not opened. */
async function orNone<T>(asking: Promise<T>): Promise<T | null> {
  return asking.catch((error: unknown) => {
    if (error instanceof CallError && (error.status === 404 || error.status === 422)) return null
    throw error
  })
}

const NO_DELIVERIES: Deliveries = { items: [], next_cursor: null }

/** Asks for the subscriptions, and the deliveries that the address chooses. */
export async function load({ ask, viewer }: Asked): Promise<Shown> {
  const project_id = projectIn(viewer)
  const [of, state, cursor] = [given(viewer, 'of'), stateIn(viewer), given(viewer, 'cursor')]
  const query = {
    page_size: PAGE_SIZE,
    ...(of !== undefined && { subscription_id: of }),
    ...(state !== undefined && { state }),
    ...(cursor !== undefined && { cursor }),
  }
  const opened = given(viewer, 'delivery')
  const [subscriptions, deliveries, detail] = await Promise.all([
    ask(listSubscriptions, {}, project_id),
    orNone(ask(listDeliveries, { query }, project_id)),
    opened === undefined ? null : orNone(ask(getDelivery, { params: { delivery_id: opened } }, project_id)),
  ])
  return { subscriptions, deliveries: deliveries ?? NO_DELIVERIES, detail }
}
