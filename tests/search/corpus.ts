import { dice } from '../../bench/words.ts'

const LATIN =
  'refund Refund policy order shipped denied getUserName HTTPServer snake_case v2 gpt-4o naïve Straße'.split(
    ' ',
  )
const HANGUL = '환불 환불이 환불을 규정 규정은 배송 배송이 전액환불 김철수 늦어요'.split(' ')
const HAN = '退款 政策 退款政策 订单 已经 发货'.split(' ')
const KANA = '返金 ポリシー ください 注文 ｶﾀｶﾅ'.split(' ')
const CODE = [
  'if (a[0] === null) {',
  'const userId = row.user_id',
  'SELECT * FROM "t" WHERE a LIKE \'%_\\\'',
  '^a.*b$',
  '50%',
  'C:\\temp',
]
const ODD = [
  '😀',
  '👩‍💻',
  '❤️',
  'ＡＢＣ　１２３',
  '환불'.normalize('NFD'),
  'ﬁ',
  'İstanbul',
  'ΣΊΣΥΦΟΣ',
  '\ud800',
  'a\u0301',
]
const POOLS = [LATIN, HANGUL, HAN, KANA, CODE, ODD]

/** Random texts of many scripts, the same for a seed. */
export function corpusOf(seed: number) {
  const roll = dice(seed)
  const below = (count: number) => Math.floor(roll() * count)
  const pick = (list: string[]) => list[below(list.length)] ?? ''
  const base64 = () =>
    Buffer.from(Array.from({ length: 30 + below(60) }, () => below(256))).toString('base64')
  const word = () => (roll() < 0.06 ? base64() : pick(POOLS[below(POOLS.length)] ?? LATIN))
  const text = (words: number) =>
    Array.from({ length: 1 + below(words) }, () => word() + pick([' ', ' ', ' ', '\n', ', ', '', '. '])).join(
      '',
    )
  /** Something to ask: mostly from a text that is there. */
  function question(texts: string[]): string {
    const source = Array.from(pick(texts))
    const from = below(source.length)
    const cut = source
      .slice(from, from + 1 + below(14))
      .join('')
      .replaceAll('"', '')
      .replaceAll('\\', '')
    const asked = roll() < 0.5 ? cut : word().replaceAll('"', '').replaceAll('\\', '')
    return asked.trim() === '' ? 'refund' : asked
  }
  return { roll, below, pick, text, question }
}
