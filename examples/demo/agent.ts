import type { Dice } from './dice.ts'
import { ERRANDS, type Errand } from './errands.ts'
import type { Message, ModelName } from './models.ts'
import { drawOrder, type Order } from './orders.ts'
import { play, reviewOf, type App } from './play.ts'
import { Halt } from './halt.ts'
import type { Call, Stage } from './stage.ts'
import type { Fields, Span } from './story.ts'
import { lookUp } from './talk.ts'
import { GRAPH, GRAPH_NAME, nodeOf, sourceOf, type NodeId } from './topology.ts'

const SYSTEM: Partial<Record<NodeId, string>> = {
  triage:
    'You are the first step of an agent that resolves order problems. Name the kind of problem and what has to be looked up. Answer with JSON.',
  decide:
    'Decide from the order, the policy and the shipping state what the shop does for the customer. Follow the policy to the letter. Answer with JSON.',
  draft_reply:
    'Write the reply to the customer in the language of the customer. Say what happens, how much, and when.',
  review_reply: 'Review the reply against the decision and the policy. Answer with JSON: approved, critique.',
}

/** From this amount on, a person must approve. */
const APPROVAL_FROM = 200_000

type Run = {
  set: Stage
  dice: Dice
  errand: Errand
  order: Order
  model: ModelName
  /** The node whose model the fate strikes. */
  struck: NodeId
  visits: Map<NodeId, number>
}

/** One visit of a node. */
function visit<T>(
  { set, visits }: Run,
  id: NodeId,
  parents: NodeId[],
  input: Fields,
  inside: (span: Span) => T,
): T {
  const number = (visits.get(id) ?? 0) + 1
  visits.set(id, number)
  const { name, type } = nodeOf(id)
  const node = { id, type, parents, visit: number }
  return set.within({ name, type: 'langgraph_node', node, input, attributes: sourceOf(id) }, inside, null)
}

/** Asks the model of a node; the node bears the call's usage too, as LangGraph's own callbacks tell it. */
function ask(
  run: Run,
  span: Span,
  id: NodeId,
  prompt: string,
  said: { answer: string; model?: ModelName },
): void {
  const messages: Message[] = [
    { role: 'system', content: SYSTEM[id] ?? '' },
    { role: 'user', content: prompt },
  ]
  const call: Call = {
    name: `chat ${id}`,
    model: said.model ?? run.model,
    messages,
    answer: { role: 'assistant', content: said.answer },
    unseen: id === 'decide' ? 1420 : 310,
    is_main: id === run.struck,
  }
  const { usage } = run.set.llm(call)
  if (usage) span.usage = usage
}

function triage(run: Run): void {
  const { errand, order } = run
  visit(run, 'triage', [], { question: errand.ask }, (span) => {
    const found = { kind: errand.kind, needs: ['order', 'policy', 'shipping'], order_id: order.order_id }
    ask(run, span, 'triage', errand.ask, { answer: JSON.stringify(found), model: 'gpt-4.1-mini' })
    span.output = found
  })
}

function lookUps(run: Run): (() => void)[] {
  const { set, errand, order } = run
  const found = lookUp(order, 'paid')
  return [
    () =>
      visit(run, 'lookup_order', ['triage'], { order_id: order.order_id }, (span) => {
        set.tool({ ...found, type: 'tool' }, 190)
        span.output = { order: found.output }
      }),
    () =>
      visit(run, 'search_policy', ['triage'], { query: errand.kind }, (span) => {
        const documents = [
          {
            id: errand.policy.id,
            score: 0.91,
            content: errand.policy.text,
            metadata: { title: errand.policy.title },
          },
        ]
        set.tool(
          {
            name: 'policy_index',
            type: 'retriever',
            input: { query: errand.kind, top_k: 3 },
            output: { documents },
          },
          320,
        )
        span.output = { policy: errand.policy.id }
      }),
    () =>
      visit(run, 'check_shipping', ['triage'], { invoice: order.invoice }, (span) => {
        set.tool(
          {
            name: 'track_shipment',
            type: 'tool',
            input: { invoice: order.invoice },
            output: errand.shipping,
          },
          680,
        )
        span.output = { shipping: errand.shipping }
      }),
  ]
}

/** The three look-ups, side by side: all of them end, then the first failure counts. */
function sideBySide({ set }: Run, branches: (() => void)[]): Halt | null {
  const from = set.now()
  let until = from
  let failure: Halt | null = null
  for (const branch of branches) {
    set.turn(from)
    try {
      branch()
    } catch (error) {
      if (!(error instanceof Halt)) throw error
      failure ??= error
    }
    until = Math.max(until, set.now())
  }
  set.turn(until)
  return failure
}

const LOOK_UPS: NodeId[] = ['lookup_order', 'search_policy', 'check_shipping']

function decide(run: Run, failure: Halt | null): void {
  const { errand, order } = run
  const state = {
    order_id: order.order_id,
    policy: errand.policy.id,
    shipping: errand.shipping,
    failed: failure?.message ?? null,
  }
  visit(run, 'decide', LOOK_UPS, state, (span) => {
    const decision = failure ? { outcome: 'escalate', reason: 'a look-up failed' } : errand.decision
    const prompt = `${errand.ask}\n\n${errand.policy.title}: ${errand.policy.text}\n\n${JSON.stringify(errand.shipping)}`
    ask(run, span, 'decide', prompt, { answer: JSON.stringify(decision) })
    span.output = { decision }
  })
}

function escalate(run: Run): string {
  const { set, errand, order } = run
  return visit(run, 'escalate', ['decide'], { outcome: 'escalate' }, (span) => {
    const input = { order_id: order.order_id, queue: 'tier-2', summary: errand.kind }
    set.tool(
      { name: 'open_ticket', type: 'tool', input, output: { ticket: `T-${order.order_id.slice(-5)}` } },
      210,
    )
    span.output = { ticket: `T-${order.order_id.slice(-5)}` }
    return errand.language === 'ko'
      ? '확인에 시간이 조금 더 필요해 담당자에게 전달했습니다. 오늘 안에 연락드리겠습니다.'
      : 'This needs a closer look, so I have passed it to a colleague, who will write to you today.'
  })
}

function write(run: Run): void {
  const { errand, dice } = run
  const rounds = [
    ...errand.drafts.slice(0, dice.whole(0, errand.drafts.length)),
    { text: errand.reply, critique: '' },
  ]
  for (const [index, { text, critique }] of rounds.entries()) {
    const before = rounds[index - 1]
    visit(
      run,
      'draft_reply',
      [before ? 'review_reply' : 'decide'],
      { decision: errand.decision, critique: before?.critique ?? null },
      (span) => {
        const prompt = `${errand.ask}\n\n${JSON.stringify(errand.decision)}${before ? `\n\n${before.text}\n\n${before.critique}` : ''}`
        ask(run, span, 'draft_reply', prompt, { answer: text })
        span.output = { draft: text }
      },
    )
    visit(run, 'review_reply', ['draft_reply'], { draft: text }, (span) => {
      const approved = critique === ''
      const output = { approved, critique: approved ? null : critique }
      ask(run, span, 'review_reply', text, { answer: JSON.stringify(output), model: 'gpt-4.1-mini' })
      span.output = output
    })
  }
}

function approve(run: Run): boolean {
  const { set, dice, errand, order } = run
  const amount = Number(errand.decision['amount'] ?? 0)
  const must_wait = set.fate() === 'approval'
  if (!must_wait && amount < APPROVAL_FROM) return false
  visit(
    run,
    'human_approval',
    ['review_reply'],
    { amount: amount || order.price, limit: APPROVAL_FROM },
    (span) => {
      set.pass(must_wait ? 120 : dice.around(14_000))
      if (must_wait) throw new Halt('interrupted')
      span.output = { approved: true, by: 'team-lead' }
    },
  )
  return true
}

function apply(run: Run, parent: NodeId): void {
  const { set, errand } = run
  visit(run, 'apply_action', [parent], errand.action.input, (span) => {
    set.tool({ ...errand.action, type: 'tool' }, 260)
    span.output = errand.action.output
  })
}

function resolve(run: Run): string {
  const { set, dice, errand } = run
  triage(run)
  const failure = sideBySide(run, dice.shuffle(lookUps(run)))
  if (failure && dice.chance(0.5)) throw failure
  decide(run, failure)
  if (failure) return escalate(run)
  write(run)
  apply(run, approve(run) ? 'human_approval' : 'review_reply')
  const score = dice.whole(3, 5)
  set.judge({
    span: null,
    name: 'resolution',
    model: 'claude-sonnet-4',
    score: score / 5,
    passed: score > 3,
    label: score > 3 ? 'resolved' : 'partly_resolved',
    explanation:
      score > 3 ? 'Follows the policy and says what happens when.' : 'Right decision, but the tone is stiff.',
  })
  return errand.reply
}

/** A LangGraph agent that resolves order problems: parallel look-ups, a loop of draft and review, a person at the end. */
export const orderAgent: App = (cast) => {
  const { dice, key, environment, release } = cast
  const order = drawOrder(dice)
  const errand = dice.pick(ERRANDS)(order)
  const model = dice.pick(['claude-sonnet-4', 'claude-sonnet-4', 'gpt-4.1', 'gemini-2.5-pro'] as const)
  const struck = dice.pick(['decide', 'draft_reply'] as const)
  const header = {
    name: GRAPH_NAME,
    model,
    environment,
    release,
    user_id: `customer-${dice.whole(1000, 1079)}`,
    session_id: `ticket-${order.order_id}`,
    tags: ['agent', errand.language, errand.kind],
    input_text: errand.ask,
    attributes: { app: 'order-agent', problem: errand.kind },
    ...reviewOf(dice),
  }
  const story = play(cast, key, header, (set) =>
    resolve({ set, dice, errand, order, model, struck, visits: new Map() }),
  )
  const run = { run_id: `run-${story.trace_id.slice(-12)}`, graph_name: GRAPH_NAME, graph: GRAPH }
  return [{ at: 0, story: { ...story, run } }]
}
