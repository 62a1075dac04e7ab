import type { Dice } from './dice.ts'
import { countTokens, usageOf, timeOf } from './models.ts'
import { play, type App } from './play.ts'
import type { Stage } from './stage.ts'

type Product = { name: string; language: 'ko' | 'en'; likes: string[]; dislikes: string[] }

const PRODUCTS: readonly Product[] = [
  {
    name: '온도조절 전기포트 1.2L',
    language: 'ko',
    likes: ['1도 단위 온도 조절이 편하다', '물이 빨리 끓는다', '뚜껑이 한 손으로 열린다'],
    dislikes: ['뚜껑 안쪽에 물이 고인다', '버튼음이 크고 끌 수 없다'],
  },
  {
    name: '에어쿠션 러닝화 260mm',
    language: 'ko',
    likes: ['발볼이 넓어 편하다', '오래 뛰어도 무릎이 덜 아프다'],
    dislikes: ['정사이즈보다 반 치수 크다', '밑창이 석 달 만에 닳았다', '비 오는 날 미끄럽다'],
  },
  {
    name: '신동진 햅쌀 10kg',
    language: 'ko',
    likes: ['밥맛이 고소하고 식어도 찰지다', '도정일이 이틀 전이었다'],
    dislikes: ['포장이 터져 온 경우가 있다'],
  },
  {
    name: 'Noise-cancelling wireless earbuds',
    language: 'en',
    likes: ['quiet on the subway', 'pairs with two devices at once', 'case fits a coin pocket'],
    dislikes: ['the left bud drops out', 'touch controls react to hair'],
  },
  {
    name: 'Mesh office chair S2',
    language: 'en',
    likes: ['lumbar support can be moved', 'assembled in 15 minutes'],
    dislikes: ['armrests wobble after a month', 'seat is short for tall people'],
  },
]

const MODEL = 'gemini-2.5-flash'
/** Reviews in a chunk, and chunks at a time. */
const CHUNK = 120
const LANES = 4

function summary(dice: Dice, { language, likes, dislikes }: Product): string {
  const [like, dislike] = [dice.pick(likes), dice.pick(dislikes)]
  const share = dice.whole(58, 91)
  return language === 'ko'
    ? `긍정 ${share}%. 가장 많은 칭찬은 "${like}", 가장 많은 불만은 "${dislike}"이다.`
    : `${share}% positive. Most praised: ${like}. Most criticised: ${dislike}.`
}

const countOf = ({ language }: Product, reviews: number): string =>
  language === 'ko'
    ? `리뷰 ${reviews.toLocaleString('en-US')}건`
    : `${reviews.toLocaleString('en-US')} reviews`

/** Summarises one chunk of reviews; their text stays out of the trace, only its size shows. */
function mapChunk(set: Stage, dice: Dice, product: Product, index: number, total: number): string {
  const text = summary(dice, product)
  const output = countTokens(text) + dice.whole(90, 260)
  set.step(
    {
      name: `summarise_chunk ${index + 1}/${total}`,
      type: 'llm',
      input: { product: product.name, reviews: CHUNK, chunk: index + 1 },
      output: text,
      usage: usageOf(dice, MODEL, { input: dice.whole(6200, 9400), output }),
    },
    timeOf(dice, MODEL, output),
  )
  return text
}

/** Some chunks at once; the slowest of them sets the time. */
function mapAll(set: Stage, dice: Dice, product: Product, total: number): string[] {
  const texts: string[] = []
  while (texts.length < total) {
    const from = set.now()
    let until = from
    for (let lane = 0; lane < LANES && texts.length < total; lane++) {
      set.turn(from + lane * 4)
      texts.push(mapChunk(set, dice, product, texts.length, total))
      until = Math.max(until, set.now())
    }
    set.turn(until)
  }
  return texts
}

function act(set: Stage, dice: Dice, product: Product, reviews: number): string {
  return set.within(
    { name: 'review-digest', type: 'task', input: { product: product.name, reviews } },
    (root) => {
      set.line(root, 'batch started', { reviews, source: 'reviews.daily' })
      set.tool(
        {
          name: 'load_reviews',
          type: 'tool',
          input: { product: product.name, since: 'P30D' },
          output: { rows: reviews, duplicates_dropped: dice.whole(2, 30) },
        },
        740,
      )
      const total = Math.ceil(reviews / CHUNK)
      const texts = mapAll(set, dice, product, total)
      set.line(root, 'chunks summarised', { chunks: total })
      const answer = `${summary(dice, product)} (${countOf(product, reviews)})`
      set.llm({
        name: 'merge_summaries',
        model: 'gpt-4.1',
        messages: [
          {
            role: 'system',
            content:
              'Merge the summaries of review chunks into one for the product page. Keep numbers; drop what only one chunk says.',
          },
          { role: 'user', content: texts.join('\n') },
        ],
        answer: { role: 'assistant', content: answer },
        is_main: true,
      })
      if (dice.chance(0.2))
        set.line(root, 'two chunks were below the minimum of 100 reviews', { level: 'warning' })
      set.tool(
        {
          name: 'publish_digest',
          type: 'tool',
          input: { product: product.name },
          output: { published: true },
        },
        160,
      )
      set.line(root, 'batch finished', { published: true })
      root.output = answer
      return answer
    },
  )
}

/** The nightly job that sums up product reviews: map in parallel, reduce, publish. */
export const reviewDigest: App = (cast) => {
  const { dice, key, environment, release } = cast
  const product = dice.pick(PRODUCTS)
  const reviews = dice.whole(360, 1450)
  const header = {
    name: product.language === 'ko' ? '리뷰 요약 배치' : 'Review digest batch',
    model: MODEL,
    environment,
    release,
    tags: ['batch', product.language],
    input_text: `${product.name}: ${countOf(product, reviews)}`,
    attributes: { app: 'review-digest', queue: 'nightly' },
  }
  return [{ at: 0, story: play(cast, key, header, (set) => act(set, dice, product, reviews)) }]
}
