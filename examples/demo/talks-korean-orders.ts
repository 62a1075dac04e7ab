import { won } from './orders.ts'
import { lookUp, track, type Script } from './talk.ts'

const refund: Script = (order) => ({
  name: '상담: 환불 문의',
  language: 'ko',
  tag: '환불',
  turns: [
    {
      ask: `어제 받은 ${order.item} 환불하고 싶은데요. 포장은 뜯었지만 사용은 안 했어요.`,
      intent: 'refund',
      tool: lookUp(order, 'delivered'),
      answer: `네, 도와드릴게요. 주문 ${order.order_id}은 수령 후 7일이 지나지 않아 환불이 가능합니다.\n\n- 환불 예정 금액: **${won(order.price - 3000)}** (${order.won}에서 반품 배송비 3,000원 차감)\n- 결제 수단: ${order.card}\n\n단순 변심이라 반품 배송비는 고객님 부담입니다. 이대로 수거를 접수할까요?`,
    },
    {
      ask: '네 접수해 주세요. 수거는 내일 오전에 가능할까요?',
      intent: 'refund_pickup',
      tool: {
        name: 'request_pickup',
        input: { order_id: order.order_id, reason: 'change_of_mind', slot: 'tomorrow_morning' },
        output: { pickup_id: `P${order.order_id.slice(1)}`, slot: '09:00-12:00', courier: order.courier },
      },
      answer: `수거 접수가 완료되었습니다. 내일 오전 9시에서 12시 사이에 ${order.courier} 기사님이 방문합니다. 상품은 받으신 상자에 그대로 넣어 문 앞에 두시면 됩니다.`,
    },
    {
      ask: '카드 환불은 언제 들어오나요?',
      intent: 'refund_timing',
      answer: `상품이 물류센터에 도착하면 검수에 1~2일이 걸리고, 승인 취소는 검수 당일에 요청합니다. ${order.card}에서는 보통 영업일 기준 3~5일 안에 취소 내역이 보입니다. 취소되면 문자로도 알려드릴게요.`,
    },
  ],
})

const delivery: Script = (order) => ({
  name: '상담: 배송 조회',
  language: 'ko',
  tag: '배송',
  turns: [
    {
      ask: `주문번호 ${order.order_id} 지금 어디쯤 왔나요?`,
      intent: 'delivery_status',
      tool: track(order, '배송출발'),
      answer: `${order.item} 상품은 ${order.courier}(송장 ${order.invoice})로 배송 중입니다. 오늘 아침 ${order.hub}에서 출발해 **오늘 저녁 6시 전후**로 도착할 예정이에요.`,
    },
    {
      ask: '오늘 집에 없어서 그런데 경비실에 맡겨 달라고 할 수 있어요?',
      intent: 'delivery_instruction',
      tool: {
        name: 'set_delivery_note',
        input: { invoice: order.invoice, note: '경비실에 맡겨 주세요' },
        output: { accepted: true, forwarded_to: order.courier },
      },
      answer:
        '네, 기사님께 "경비실에 맡겨 주세요"라고 전달했습니다. 배송이 끝나면 사진과 함께 알림을 보내드릴게요.',
    },
  ],
})

const delay: Script = (order) => ({
  name: '상담: 배송 지연',
  language: 'ko',
  tag: '배송',
  turns: [
    {
      ask: `배송이 사흘째 ${order.hub}에서 안 움직여요. 선물이라 급한데 왜 이러는 거죠?`,
      intent: 'delivery_delay',
      tool: track(order, '간선하차 지연'),
      answer: `기다리게 해드려 정말 죄송합니다. 확인해 보니 ${order.hub}의 물량이 몰려 분류가 늦어지고 있습니다. 택배사에 우선 출고를 요청했고, 현재 안내받은 도착 예정일은 **모레**입니다.\n\n그때까지 도착하지 않으면 새 상품을 당일 출고해 드리겠습니다.`,
    },
    {
      ask: '모레면 늦어요. 그냥 취소하고 환불해 주세요.',
      intent: 'cancel_order',
      tool: {
        name: 'cancel_shipment',
        input: { order_id: order.order_id, invoice: order.invoice, reason: 'delay' },
        output: { cancelled: true, return_to_sender: true, refund: order.price, fee: 0 },
      },
      answer: `알겠습니다. 주문을 취소하고 상품은 반송 처리했습니다. 배송 지연에 따른 취소라 수수료 없이 **${order.won} 전액**이 ${order.card}로 환불됩니다. 불편을 드린 점 다시 한번 사과드리며 적립금 3,000원을 넣어 드렸습니다.`,
    },
  ],
})

const exchange: Script = (order) => ({
  name: '상담: 교환 요청',
  language: 'ko',
  tag: '교환',
  turns: [
    {
      ask: `${order.item} 색상이 화면이랑 너무 달라요. 다른 색으로 교환되나요?`,
      intent: 'exchange',
      tool: {
        name: 'check_stock',
        input: { sku: order.sku, variants: true },
        output: { sku: order.sku, variants: { black: 14, navy: 0, ivory: 3 } },
      },
      answer:
        '네, 교환 가능합니다. 지금 재고가 있는 색상은 블랙(14개)과 아이보리(3개)이고 네이비는 품절입니다. 어느 색상으로 바꿔 드릴까요?',
    },
    {
      ask: '아이보리로 부탁드려요. 배송비는요?',
      intent: 'exchange_confirm',
      tool: {
        name: 'create_exchange',
        input: { order_id: order.order_id, to_variant: 'ivory', reason: 'color_differs' },
        output: { exchange_id: `X${order.order_id.slice(1)}`, fee: 0, ships: 'after_pickup' },
      },
      answer:
        '아이보리로 교환 접수했습니다. 상품 정보와 실제 색상이 다르다는 사유라 왕복 배송비는 **무료**입니다. 기존 상품이 수거되는 날 새 상품이 출고됩니다.',
    },
  ],
})

const address: Script = (order) => ({
  name: '상담: 배송지 변경',
  language: 'ko',
  tag: '배송',
  turns: [
    {
      ask: '방금 주문했는데 예전 집 주소로 넣었어요 ㅠㅠ 바꿀 수 있나요?',
      intent: 'change_address',
      tool: lookUp(order, 'preparing', { address_locked: false }),
      answer: `네, 아직 상품 준비 중이라 변경하실 수 있어요. 주문 ${order.order_id}을 저장된 배송지 "우리집(새 주소)"로 바꿀까요?`,
    },
    {
      ask: '네 그걸로요',
      intent: 'change_address_confirm',
      tool: {
        name: 'change_address',
        input: { order_id: order.order_id, address_book: '우리집' },
        output: { changed: true, ships: 'today' },
      },
      answer: '배송지를 변경했습니다. 오늘 출고되어 내일 도착할 예정입니다.',
    },
  ],
})

const stock: Script = (order) => ({
  name: '상담: 재입고 문의',
  language: 'ko',
  tag: '상품',
  turns: [
    {
      ask: `${order.item} 언제 다시 들어와요?`,
      intent: 'restock',
      tool: {
        name: 'check_stock',
        input: { sku: order.sku },
        output: { sku: order.sku, available: 0, inbound: [{ quantity: 240, in_days: 6 }] },
      },
      answer:
        '현재 품절이고, 240개가 **6일 뒤** 입고될 예정입니다. 재입고 알림을 켜 두시면 판매가 열리는 즉시 알려드릴게요.',
    },
  ],
})

/** Orders, deliveries and returns. */
export const ORDER_TALKS: readonly Script[] = [refund, delivery, delay, exchange, address, stock]
