import type { Order } from './orders.ts'
import type { Fields } from './story.ts'

/** A question of a customer, what the app looked up for it, and what it answered. */
export type Turn = {
  ask: string
  intent: string
  tool?: { name: string; input: Fields; output: Fields }
  answer: string
}

/** A conversation with customer support; each turn becomes a trace of one session. */
export type Talk = { name: string; language: 'ko' | 'en'; tag: string; turns: Turn[] }

export type Script = (order: Order) => Talk

export const lookUp = ({ order_id, sku, price, card }: Order, state: string, more: Fields = {}) => ({
  name: 'get_order',
  input: { order_id },
  output: {
    order_id,
    state,
    items: [{ sku, quantity: 1, price }],
    payment: { method: 'card', issuer: card, amount: price },
    ...more,
  },
})

export const track = ({ invoice, courier, hub }: Order, state: string) => ({
  name: 'track_shipment',
  input: { invoice },
  output: {
    invoice,
    courier,
    state,
    last_seen: hub,
    events: [
      { place: hub, text: '간선상차' },
      { place: hub, text: state },
    ],
  },
})
