import { lookUp, type Script } from './talk.ts'

const plan: Script = () => ({
  name: '상담: 요금제 변경',
  language: 'ko',
  tag: '요금제',
  turns: [
    {
      ask: '하루패스 요금제를 베이직에서 플러스로 바꾸면 얼마 더 내나요?',
      intent: 'plan_compare',
      tool: {
        name: 'get_subscription',
        input: { include: ['usage', 'next_invoice'] },
        output: { plan: 'basic', price: 2900, next_invoice_in_days: 12, orders_this_month: 6 },
      },
      answer:
        '두 요금제를 비교해 드릴게요.\n\n| | 베이직 | 플러스 |\n|---|---|---|\n| 월 요금 | 2,900원 | 5,900원 |\n| 무료 배송 | 월 5회 | 무제한 |\n| 새벽 배송 | 별도 결제 | 포함 |\n| 적립 | 1% | 3% |\n\n지금 바꾸시면 남은 12일 치 차액 **1,200원**만 오늘 결제되고, 다음 달부터 5,900원이 청구됩니다.',
    },
    {
      ask: '이번 달에 벌써 6번 주문했네요. 플러스로 바꿔 주세요.',
      intent: 'plan_change',
      tool: {
        name: 'change_plan',
        input: { to: 'plus', effective: 'now', proration: 1200 },
        output: { plan: 'plus', charged: 1200, next_invoice: 5900 },
      },
      answer:
        '플러스 요금제로 변경되었습니다. 오늘 1,200원이 결제되었고 이번 주문부터 무료 배송과 새벽 배송을 바로 쓰실 수 있어요.',
    },
    {
      ask: '나중에 다시 베이직으로 내릴 수도 있죠?',
      intent: 'plan_policy',
      answer:
        '네, 언제든 내리실 수 있습니다. 낮은 요금제로의 변경은 다음 결제일부터 적용되고, 그 전까지는 플러스 혜택이 그대로 유지됩니다. 위약금은 없습니다.',
    },
  ],
})

const leave: Script = () => ({
  name: '상담: 요금제 해지',
  language: 'ko',
  tag: '요금제',
  turns: [
    {
      ask: '하루패스 해지하려고 하는데 버튼을 못 찾겠어요.',
      intent: 'plan_cancel',
      tool: {
        name: 'get_subscription',
        input: { include: ['next_invoice'] },
        output: { plan: 'plus', price: 5900, next_invoice_in_days: 4 },
      },
      answer:
        '앱의 **마이페이지 → 하루패스 → 요금제 관리** 맨 아래에 있습니다. 원하시면 여기서 바로 해지해 드릴 수도 있어요. 지금 해지하셔도 다음 결제일까지 4일 동안은 혜택이 유지됩니다.',
    },
    {
      ask: '그럼 여기서 해지해 주세요.',
      intent: 'plan_cancel_confirm',
      tool: {
        name: 'cancel_plan',
        input: { at: 'period_end' },
        output: { plan: 'plus', ends_in_days: 4, refund: 0 },
      },
      answer:
        '해지 예약을 마쳤습니다. 4일 뒤부터는 요금이 청구되지 않습니다. 그 사이 마음이 바뀌시면 같은 화면에서 예약을 취소하실 수 있어요. 그동안 이용해 주셔서 감사합니다.',
    },
  ],
})

const coupon: Script = (order) => ({
  name: '상담: 쿠폰 적용 안 됨',
  language: 'ko',
  tag: '결제',
  turns: [
    {
      ask: '첫 구매 10% 쿠폰이 결제창에서 안 먹혀요',
      intent: 'coupon_problem',
      tool: {
        name: 'check_coupon',
        input: { code: 'HELLO10', sku: order.sku },
        output: {
          valid: true,
          minimum: 50_000,
          applies: order.price >= 50_000,
          excluded_categories: ['식품'],
        },
      },
      answer:
        order.price >= 50_000
          ? '쿠폰은 유효합니다. 결제창에서 **하루패스 할인**이 먼저 선택되어 있으면 중복 적용이 안 되는데요, 할인 항목을 해제하신 뒤 쿠폰을 다시 골라 보시겠어요?'
          : `HELLO10 쿠폰은 5만 원 이상 주문에 쓸 수 있습니다. 지금 장바구니 금액이 ${order.won}이라 적용되지 않았어요.`,
    },
    {
      ask: '아 그렇네요. 됐어요 감사합니다!',
      intent: 'thanks',
      answer: '해결되어 다행입니다. 즐거운 쇼핑 되세요!',
    },
  ],
})

const doubleCharge: Script = (order) => ({
  name: '상담: 이중 결제',
  language: 'ko',
  tag: '결제',
  turns: [
    {
      ask: `${order.won}이 두 번 빠져나갔어요. 문자도 두 개 왔고요. 확인 좀 해 주세요.`,
      intent: 'double_charge',
      tool: {
        name: 'list_payments',
        input: { order_id: order.order_id },
        output: {
          payments: [
            { approval: '30418827', amount: order.price, state: 'captured' },
            { approval: '30418830', amount: order.price, state: 'voided' },
          ],
        },
      },
      answer: `놀라셨겠어요. 확인해 보니 승인번호 30418830 건은 통신 오류로 한 번 더 승인되었다가 **이미 자동 취소**되었습니다. 실제 청구되는 금액은 ${order.won} 한 건뿐이고, ${order.card} 앱에는 취소 내역이 하루 이틀 뒤에 보일 수 있습니다.`,
    },
  ],
})

const receipt: Script = (order) => ({
  name: '상담: 세금계산서 발급',
  language: 'ko',
  tag: '결제',
  turns: [
    {
      ask: `${order.order_id} 건 세금계산서 발급 가능한가요? 사업자번호는 등록해 뒀습니다.`,
      intent: 'tax_invoice',
      tool: lookUp(order, 'delivered', { business_registered: true }),
      answer: `카드로 결제하신 주문은 부가가치세법에 따라 세금계산서를 따로 발급하지 않고, **카드 매출전표**로 매입세액 공제를 받으실 수 있습니다. 매출전표는 주문 상세의 "증빙 서류"에서 내려받으시면 됩니다.`,
    },
  ],
})

/** Plans, coupons and payments. */
export const MONEY_TALKS: readonly Script[] = [plan, leave, coupon, doubleCharge, receipt]
