import type { Dice } from './dice.ts'

type Item = { sku: string; ko: string; en: string; price: number }

const ITEMS: readonly Item[] = [
  { sku: 'KET-410', ko: '온도조절 전기포트 1.2L', en: 'Variable-temperature kettle 1.2 L', price: 58_900 },
  { sku: 'BAG-221', ko: '방수 백팩 20L 차콜', en: 'Waterproof backpack 20 L, charcoal', price: 74_000 },
  { sku: 'SHO-085', ko: '에어쿠션 러닝화 260mm', en: 'Air-cushion running shoes, 260 mm', price: 119_000 },
  {
    sku: 'EAR-330',
    ko: '노이즈 캔슬링 무선 이어폰',
    en: 'Noise-cancelling wireless earbuds',
    price: 189_000,
  },
  { sku: 'CHA-712', ko: '메쉬 사무용 의자 S2', en: 'Mesh office chair S2', price: 264_000 },
  { sku: 'RIC-020', ko: '신동진 햅쌀 10kg', en: 'New-crop rice 10 kg', price: 36_500 },
  { sku: 'LAM-118', ko: 'LED 스탠드 조명 화이트', en: 'LED desk lamp, white', price: 42_800 },
  { sku: 'COA-604', ko: '경량 패딩 점퍼 L', en: 'Lightweight padded jacket, L', price: 98_000 },
]

const COURIERS = [
  { ko: 'CJ대한통운', en: 'CJ Logistics' },
  { ko: '한진택배', en: 'Hanjin Express' },
  { ko: '롯데택배', en: 'Lotte Global Logistics' },
  { ko: '우체국택배', en: 'Korea Post' },
] as const

const HUBS = ['옥천HUB', '곤지암HUB', '대전HUB', '군포물류터미널'] as const

/** What a conversation is about. */
export type Order = {
  order_id: string
  sku: string
  item: string
  item_en: string
  price: number
  /** As people write it in Korea, with the won. */
  won: string
  courier: string
  courier_en: string
  invoice: string
  hub: string
  card: string
}

export const won = (amount: number): string => `${amount.toLocaleString('en-US')}원`

export function drawOrder(dice: Dice): Order {
  const { sku, ko, en, price } = dice.pick(ITEMS)
  const courier = dice.pick(COURIERS)
  return {
    // Read aloud, these digits end in a consonant, so that the particle 은 or 을 is right after any of them.
    order_id: `H${dice.whole(240_000, 299_999)}${dice.pick([0, 1, 3, 6, 7, 8])}`,
    sku,
    item: ko,
    item_en: en,
    price,
    won: won(price),
    courier: courier.ko,
    courier_en: courier.en,
    invoice: `${dice.whole(5000, 6999)}-${dice.whole(1000, 9999)}-${dice.whole(1000, 9999)}`,
    hub: dice.pick(HUBS),
    card: dice.pick(['신한카드', '국민카드', '현대카드', '삼성카드']),
  }
}
