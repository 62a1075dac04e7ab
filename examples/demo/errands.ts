import type { Order } from './orders.ts'
import { won } from './orders.ts'
import type { Fields } from './story.ts'

/** What a customer wants done, and how the agent gets there: drafts, what its reviewer found, and the last word. */
export type Errand = {
  language: 'ko' | 'en'
  kind: string
  ask: string
  policy: { id: string; title: string; text: string }
  shipping: Fields
  decision: Fields
  drafts: { text: string; critique: string }[]
  reply: string
  action: { name: string; input: Fields; output: Fields }
}

const REFUND_POLICY = {
  id: 'cs-refund-01',
  title: '환불 승인 한도',
  text: '상담원은 20만 원까지 직접 환불을 승인할 수 있다. 배송 지연이나 하자로 인한 환불에는 수수료를 받지 않는다.',
}

const DELAY_POLICY = {
  id: 'cs-delay-02',
  title: '배송 지연 보상',
  text: '약속한 날짜에서 이틀이 넘게 늦으면 적립금 3,000원을 지급하고, 닷새가 넘으면 전액 환불 또는 재발송 가운데 고객이 고른다.',
}

const broken = (order: Order): Errand => ({
  language: 'ko',
  kind: '파손 환불',
  ask: `${order.item} 상자를 열었더니 깨져 있었습니다. 환불해 주시고 다시 보내지는 마세요.`,
  policy: REFUND_POLICY,
  shipping: { state: 'delivered', invoice: order.invoice, courier: order.courier, damage_reported: true },
  decision: { outcome: 'refund', amount: order.price, fee: 0, reason: 'damaged_in_transit' },
  drafts: [
    {
      text: '환불해 드리겠습니다. 상품은 폐기해 주세요.',
      critique: '사과가 없고 금액과 입금 시점이 빠졌습니다. 폐기 안내는 정책에 없습니다.',
    },
    {
      text: `불편을 드려 죄송합니다. ${order.won}을 환불해 드립니다. 곧 입금됩니다.`,
      critique: '"곧"은 모호합니다. 영업일 기준으로 적고 수거가 필요한지 밝혀 주세요.',
    },
  ],
  reply: `깨진 상품을 받으셔서 많이 속상하셨겠습니다. 진심으로 사과드립니다. 파손 건이라 수수료 없이 **${order.won} 전액**을 ${order.card}로 환불하며, 영업일 기준 3~5일 안에 취소 내역이 보입니다. 깨진 상품은 내일 택배 기사님이 무료로 수거합니다.`,
  action: {
    name: 'issue_refund',
    input: { order_id: order.order_id, amount: order.price, reason: 'damaged' },
    output: { refund_id: `R${order.order_id.slice(1)}`, state: 'requested' },
  },
})

const late = (order: Order): Errand => ({
  language: 'ko',
  kind: '배송 지연 보상',
  ask: `주문 ${order.order_id} 도착 예정일이 벌써 사흘 지났어요. 보상 없나요?`,
  policy: DELAY_POLICY,
  shipping: {
    state: 'in_transit',
    invoice: order.invoice,
    courier: order.courier,
    last_seen: order.hub,
    late_days: 3,
  },
  decision: { outcome: 'compensate', points: 3000, reason: 'late_3_days' },
  drafts: [
    {
      text: '적립금 3,000원을 드렸습니다. 조금만 더 기다려 주세요.',
      critique: '언제 도착하는지, 더 늦어지면 어떻게 되는지 없습니다. 고객이 다시 묻게 됩니다.',
    },
  ],
  reply: `약속한 날짜를 지키지 못해 죄송합니다. 지금 상품은 ${order.hub}에 있고 **내일** 도착 예정입니다. 지연 보상으로 적립금 3,000원을 바로 넣어 드렸습니다. 모레까지도 받지 못하시면 전액 환불과 재발송 가운데 고르실 수 있도록 먼저 연락드리겠습니다.`,
  action: {
    name: 'grant_points',
    input: { order_id: order.order_id, points: 3000, reason: 'late_delivery' },
    output: { granted: 3000, balance: 7400 },
  },
})

const planRefund = (order: Order): Errand => ({
  language: 'ko',
  kind: '요금제 환불',
  ask: '하루패스 프리미엄 요금제를 실수로 연간 결제했어요. 아직 한 번도 안 썼는데 취소되나요?',
  policy: {
    id: 'pass-annual-01',
    title: '연간 요금제 청약 철회',
    text: '연간 결제는 7일 안에, 혜택을 쓰지 않았다면 전액 취소할 수 있다. 혜택을 썼다면 쓴 금액을 빼고 환불한다.',
  },
  shipping: { state: 'no_shipments', orders_since_purchase: 0 },
  decision: { outcome: 'refund', amount: 118_800, fee: 0, reason: 'annual_plan_unused' },
  drafts: [{ text: '네, 취소됩니다.', critique: '금액, 처리 시점, 이후의 요금제가 빠졌습니다.' }],
  reply: `네, 결제하신 지 7일이 지나지 않았고 사용하신 혜택이 없어 **${won(118_800)} 전액** 취소됩니다. 오늘 ${order.card}에 승인 취소를 요청했고, 요금제는 지금부터 베이직(월 2,900원)으로 돌아갑니다. 베이직도 원하지 않으시면 말씀해 주세요.`,
  action: {
    name: 'cancel_annual_plan',
    input: { plan: 'premium_annual', refund: 118_800 },
    output: { cancelled: true, plan: 'basic' },
  },
})

const lost = (order: Order): Errand => ({
  language: 'en',
  kind: 'Lost parcel',
  ask: `Tracking says my ${order.item_en} was delivered yesterday, but nothing is here. I asked the concierge too.`,
  policy: {
    id: 'cs-lost-01',
    title: 'Parcels marked delivered but missing',
    text: 'Open a trace with the courier. If the photo does not show the address, reship at once or refund in full, as the customer likes.',
  },
  shipping: {
    state: 'delivered',
    invoice: order.invoice,
    courier: order.courier_en,
    photo: 'unclear',
    left_at: 'door 1203',
  },
  decision: { outcome: 'reship', reason: 'photo_does_not_show_address', ask_customer_first: false },
  drafts: [
    {
      text: 'We are sorry. The courier says it was delivered. Please check with your neighbours.',
      critique:
        'Sends the customer looking although the photo is unclear. The policy says to reship at once.',
    },
  ],
  reply: `I'm sorry, that must be frustrating. The courier's photo does not show your door, so you don't have to prove anything: a new ${order.item_en} ships **today** and arrives tomorrow. If you would rather have the money back, reply to this message before 5 pm. We sort out the missing parcel with ${order.courier_en} ourselves.`,
  action: {
    name: 'reship',
    input: { order_id: order.order_id, sku: order.sku, priority: true },
    output: { new_order_id: `${order.order_id}-R`, ships: 'today' },
  },
})

const wrong = (order: Order): Errand => ({
  language: 'en',
  kind: 'Wrong item',
  ask: `I ordered the ${order.item_en} but got something else. Order ${order.order_id}. I need it by the weekend.`,
  policy: {
    id: 'cs-wrong-01',
    title: 'Wrong item shipped',
    text: 'Ship the right item the same day, free of charge. Collect the wrong one free of charge; never ask for it before the new one has left.',
  },
  shipping: { state: 'delivered', invoice: order.invoice, courier: order.courier_en, scanned_sku: 'LAM-118' },
  decision: { outcome: 'reship', reason: 'mispick', collect_wrong_item: true },
  drafts: [
    {
      text: 'Please send the wrong item back first, then we ship the right one.',
      critique: 'Against the policy: the right item leaves first. Also misses the wish for the weekend.',
    },
    {
      text: 'The right item ships today, with no cost to you.',
      critique:
        'Say when it arrives, since the customer needs it by the weekend, and what happens to the wrong item.',
    },
  ],
  reply: `Sorry for the mix-up. The right item, ${order.item_en}, ships **today** and arrives the day after tomorrow, so you have it before the weekend. The driver takes the wrong item along when it is delivered. You pay nothing for either.`,
  action: {
    name: 'reship',
    input: { order_id: order.order_id, sku: order.sku, priority: true },
    output: { new_order_id: `${order.order_id}-R`, ships: 'today' },
  },
})

export const ERRANDS: readonly ((order: Order) => Errand)[] = [broken, late, planRefund, lost, wrong]
