import { idOf, type Dice } from './dice.ts'
import { countTokens, usageOf, type Message, type ModelName } from './models.ts'
import { drawOrder } from './orders.ts'
import { play, reviewOf, type App, type Cast, type Scene } from './play.ts'
import { Halt } from './halt.ts'
import type { Stage } from './stage.ts'
import type { Span } from './story.ts'
import { ENGLISH_TALKS } from './talks-english.ts'
import { MONEY_TALKS } from './talks-korean-money.ts'
import { ORDER_TALKS } from './talks-korean-orders.ts'
import type { Talk, Turn } from './talk.ts'

const SYSTEM = {
  ko: '당신은 온라인 쇼핑몰 하루마켓의 상담원입니다. 존댓말로 짧고 정확하게 답하세요. 주문, 배송, 결제 정보는 반드시 도구로 확인한 뒤 말하고, 모르는 것은 모른다고 하세요. 환불 금액을 약속할 때는 계산 근거를 함께 적습니다. 개인정보(카드번호, 주민등록번호)는 묻지도 되풀이하지도 않습니다.',
  en: 'You are a support agent of Haru Market, an online shop in Korea. Be brief, exact and kind. Look up orders, deliveries and payments with the tools before you speak of them, and say so when you do not know. Show how you arrive at an amount. Never ask for or repeat card or identity numbers.',
}

const FALLBACK = {
  ko: '지금은 주문 정보를 불러오지 못하고 있습니다. 불편을 드려 죄송합니다. 잠시 후 다시 시도하시거나 "상담원 연결"을 눌러 주세요.',
  en: 'I cannot reach the order system right now, sorry about that. Please try again in a few minutes, or choose "Talk to a person".',
}

const KOREAN_TALKS = [...ORDER_TALKS, ...MONEY_TALKS]

const JUDGE = 'gpt-4.1-mini'

/** Tokens that the schemas of the shop's tools take in every prompt. */
const TOOL_SCHEMAS = 1180

type Casting = { talk: Talk; model: ModelName; user_id: string; session_id: string }

const callMessages = (turn: Turn, call_id: string): Message[] => {
  if (!turn.tool) return []
  const { name, input, output } = turn.tool
  const call = {
    id: call_id,
    type: 'function' as const,
    function: { name, arguments: JSON.stringify(input) },
  }
  return [
    { role: 'assistant', content: '', tool_calls: [call] },
    { role: 'tool', name, content: JSON.stringify(output) },
  ]
}

/** Calls the turn's tool; an app that is built well answers even when it fails. */
function useTool(set: Stage, turn: Turn): boolean {
  if (!turn.tool) return true
  try {
    set.tool({ type: 'tool', ...turn.tool }, 240)
    return true
  } catch (error) {
    if (error instanceof Halt && error.status === 'error') return false
    throw error
  }
}

function judgeAnswer(set: Stage, dice: Dice, { ask }: Turn, answer: Span, text: string): void {
  const score =
    Math.round((dice.chance(0.88) ? 0.78 + dice.real() * 0.22 : 0.3 + dice.real() * 0.35) * 100) / 100
  const passed = score >= 0.7
  const verdict = {
    score,
    label: passed ? 'helpful' : 'incomplete',
    explanation: passed
      ? 'Answers the question with facts from the tool result, in a polite tone.'
      : 'The customer still has to ask how long it takes; the answer gives no date.',
  }
  const usage = usageOf(dice, JUDGE, { input: 640 + countTokens(ask + text), output: 48 })
  const input = { question: ask, answer: text }
  set.step({ name: 'judge_helpfulness', type: 'judge', input, output: verdict, usage }, dice.around(900))
  set.judge({ ...verdict, span: answer.id, name: 'helpfulness', model: JUDGE, passed, ...reviewOf(dice) })
}

function actTurn(set: Stage, dice: Dice, { talk, model }: Casting, turn: Turn, history: Message[]): string {
  const ask: Message = { role: 'user', content: turn.ask }
  const system: Message = { role: 'system', content: SYSTEM[talk.language] }
  return set.within({ name: 'support-chat', type: 'agent', input: turn.ask }, (root) => {
    set.step(
      { name: 'pii_filter', type: 'guardrail', input: turn.ask, output: { found: [], action: 'pass' } },
      dice.around(9),
    )
    set.llm({
      name: 'classify_intent',
      model: 'gpt-4.1-mini',
      temperature: 0,
      messages: [
        { role: 'system', content: 'Name the intent of the last message in snake_case, and its language.' },
        ask,
      ],
      answer: {
        role: 'assistant',
        content: JSON.stringify({ intent: turn.intent, language: talk.language }),
      },
    })
    const found = useTool(set, turn)
    const text = found ? turn.answer : FALLBACK[talk.language]
    const looked_up = found ? callMessages(turn, `call_${root.id.slice(0, 8)}`) : []
    const answer = set.llm({
      name: 'write_answer',
      model,
      messages: [system, ...history, ask, ...looked_up],
      answer: { role: 'assistant', content: text },
      unseen: TOOL_SCHEMAS,
      is_main: true,
    })
    if (dice.chance(0.3)) judgeAnswer(set, dice, turn, answer, text)
    if (set.fate() === 'dangling') {
      set.begin({
        name: 'save_transcript',
        type: 'tool',
        input: { session: root.id.slice(0, 8), turns: history.length / 2 + 1 },
      })
    }
    root.output = text
    return text
  })
}

function playTurn(cast: Cast, casting: Casting, turn: Turn, index: number, history: Message[]) {
  const { talk, model, user_id, session_id } = casting
  const { environment, release, dice } = cast
  const header = {
    name: talk.name,
    model,
    environment,
    release,
    user_id,
    session_id,
    tags: ['support', talk.language, talk.tag],
    input_text: turn.ask,
    attributes: {
      app: 'support-chat',
      channel: dice.pick(['web', 'app', 'app', 'kakao']),
      turn: index + 1,
      intent: turn.intent,
    },
    ...reviewOf(dice),
  }
  return play(cast, `${cast.key}/turn ${index}`, header, (set) => actTurn(set, dice, casting, turn, history))
}

/** Customer support of an online shop: a conversation, one trace for each question. */
export const supportChat: App = (cast) => {
  const { dice } = cast
  const talk = dice.pick(dice.chance(0.68) ? KOREAN_TALKS : ENGLISH_TALKS)(drawOrder(dice))
  const casting: Casting = {
    talk,
    model: dice.pick(['gpt-4.1-mini', 'claude-haiku-4-5', 'claude-haiku-4-5', 'gpt-4.1'] as const),
    user_id: `customer-${dice.whole(1000, 1079)}`,
    session_id: `chat-${idOf(`${cast.key}/session`).slice(-12)}`,
  }
  const scenes: Scene[] = []
  const history: Message[] = []
  let at = 0
  for (const [index, turn] of talk.turns.entries()) {
    const story = playTurn(cast, casting, turn, index, history)
    scenes.push({ at, story })
    const { output_text } = story.header
    // Whoever got no answer asks no more.
    if (story.status !== 'success' || output_text !== turn.answer) break
    history.push({ role: 'user', content: turn.ask }, { role: 'assistant', content: output_text })
    at += (story.end ?? 0) + dice.around(38_000)
  }
  return scenes
}
