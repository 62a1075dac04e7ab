import type { Dice } from './dice.ts'
import { otherPassages, passageOf, type Passage } from './documents.ts'
import { countTokens, usageOf, type ModelName } from './models.ts'
import { play, reviewOf, type App } from './play.ts'
import { QUESTIONS, type Question } from './questions.ts'
import type { Stage } from './stage.ts'
import type { Span } from './story.ts'

const SYSTEM =
  'Answer the question of an employee from the passages below and from nothing else, in the language of the question. Cite the id of each passage you use in square brackets. If the passages do not answer it, say that you did not find it.'

const MODELS: readonly ModelName[] = ['gpt-4.1', 'gpt-4.1', 'claude-sonnet-4', 'gemini-2.5-flash']
const PEOPLE = [
  'minji.kim',
  'junho.park',
  'seoyeon.lee',
  'dohyun.choi',
  'alex.turner',
  'priya.nair',
  'hana.jung',
  'tomas.novak',
]

type Ranked = Passage & { score: number }

const rounded = (score: number) => Math.round(score * 1000) / 1000

const shown = (passages: Ranked[]) => ({
  documents: passages.map(({ id, score, title, path, text }) => ({
    id,
    score,
    content: text,
    metadata: { title, path },
  })),
})

/** What a vector index finds: the right passages among likely ones, not always first. */
function drawPassages(dice: Dice, { passages }: Question): Ranked[] {
  const right = passages.map((id) => ({ ...passageOf(id), score: rounded(0.62 + dice.real() * 0.25) }))
  const others = dice
    .shuffle(otherPassages(passages))
    .slice(0, 6 - right.length)
    .map((passage) => ({ ...passage, score: rounded(0.38 + dice.real() * 0.3) }))
  return [...right, ...others].toSorted((a, b) => b.score - a.score)
}

const rerank = (dice: Dice, found: Ranked[], { passages }: Question): Ranked[] =>
  found
    .map((each) => ({
      ...each,
      score: rounded(passages.includes(each.id) ? 0.86 + dice.real() * 0.13 : dice.real() * 0.4),
    }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, 4)

function retrieve(set: Stage, dice: Dice, question: Question): Ranked[] {
  const found = drawPassages(dice, question)
  return set.within({ name: 'retrieve', type: 'chain', input: { query: question.ask } }, (chain) => {
    const model = 'text-embedding-3-small'
    set.step(
      {
        name: 'embed_query',
        type: 'embedding',
        input: question.ask,
        output: { vectors: 1, dimensions: 1536 },
        usage: usageOf(dice, model, { input: countTokens(question.ask), output: 0 }),
      },
      dice.around(110),
    )
    set.tool(
      {
        name: 'search_handbook',
        type: 'retriever',
        input: { query: question.ask, index: 'handbook-v7', top_k: 6, filter: { status: 'published' } },
        output: shown(found),
      },
      65,
    )
    const best = rerank(dice, found, question)
    set.step(
      {
        name: 'rerank',
        type: 'reranker',
        input: { query: question.ask, ...shown(found) },
        output: shown(best),
        attributes: { 'gen_ai.request.model': 'rerank-v3.5' },
      },
      dice.around(180),
    )
    chain.output = { kept: best.map(({ id }) => id) }
    return best
  })
}

function judgeFaith(set: Stage, dice: Dice, answer: Span): void {
  if (!dice.chance(0.4)) return
  const score = dice.chance(0.9) ? rounded(0.85 + dice.real() * 0.15) : rounded(0.35 + dice.real() * 0.3)
  const passed = score >= 0.75
  set.judge({
    span: answer.id,
    name: 'faithfulness',
    model: 'claude-sonnet-4',
    score,
    passed,
    label: passed ? 'grounded' : 'unsupported_claim',
    explanation: passed
      ? 'Every sentence is supported by a cited passage.'
      : 'One number in the answer stands in none of the cited passages.',
  })
  set.judge({
    span: null,
    name: 'citation_check',
    model: 'regex-v2',
    score: passed ? 1 : 0,
    passed,
    label: passed ? 'cited' : 'missing_citation',
    explanation: passed ? 'All cited ids were retrieved.' : 'A paragraph has no citation.',
  })
}

function act(set: Stage, dice: Dice, question: Question, model: ModelName): string {
  return set.within({ name: 'doc-search', type: 'chain', input: question.ask }, (root) => {
    const best = retrieve(set, dice, question)
    const context = best.map(({ id, title, text }) => `[${id}] ${title}\n${text}`).join('\n\n')
    const answer = set.llm({
      name: 'generate_answer',
      model,
      temperature: 0,
      messages: [
        { role: 'system', content: `${SYSTEM}\n\n${context}` },
        { role: 'user', content: question.ask },
      ],
      answer: { role: 'assistant', content: question.answer },
      is_main: true,
    })
    judgeFaith(set, dice, answer)
    if (set.fate() === 'dangling')
      set.begin({ name: 'log_search', type: 'tool', input: { query: question.ask, kept: best.length } })
    root.output = question.answer
    return question.answer
  })
}

/** Search in a company's handbook and runbooks: embed, retrieve, rerank, answer with citations. */
export const docSearch: App = (cast) => {
  const { dice, key, environment, release } = cast
  const question = dice.pick(QUESTIONS)
  const model = dice.pick(MODELS)
  const header = {
    name: question.language === 'ko' ? '사내 문서 검색' : 'Handbook search',
    model,
    environment,
    release,
    user_id: dice.pick(PEOPLE),
    tags: ['rag', question.language],
    input_text: question.ask,
    attributes: { app: 'doc-search', index: 'handbook-v7', top_k: 6 },
    ...reviewOf(dice),
  }
  return [{ at: 0, story: play(cast, key, header, (set) => act(set, dice, question, model)) }]
}
