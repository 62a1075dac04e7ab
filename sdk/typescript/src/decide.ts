import type { Counters } from './counters.ts'
import { encode } from './encode.ts'
import type { TraceEntry } from './entries.ts'
import type { Settings } from './options.ts'
import { isRecord, type poster } from './post.ts'
import { isUsableId, label, wired } from './said.ts'

/** Weakest first. */
export type Action = 'ALLOW_ANSWER' | 'ALLOW_WITH_WARNING' | 'NEED_CLARIFICATION' | 'ESCALATE' | 'BLOCK'

/** What is to be decided. */
export type Question = {
  /** What the user asked: a text, or messages. */
  input?: unknown
  /** The answer that may go out: a text, or messages. */
  output?: unknown
  /** The passages that the answer stands on. */
  contexts?: string[] | undefined
  /** Default: the trace around the call. */
  traceId?: string | undefined
  /** The same key gets the same decision; default a new one. */
  idempotencyKey?: string | undefined
  /** Facts for the policy about the request and the answer. */
  requestPayload?: Record<string, unknown> | undefined
  responsePayload?: Record<string, unknown> | undefined
  /** A policy other than the active one, and a version of it. */
  policyId?: string | undefined
  policyVersion?: number | undefined
  /** Decides and stores nothing. */
  dryRun?: boolean | undefined
  /** How long the hub may take, retries included; default 2000. */
  timeoutMs?: number | undefined
  /**
   * What holds when the hub gives no decision: `block` (the default) or `allow`, what a function says of it, or an
   * `UndecidedError` with `throw`. Such a decision has `unavailable` set, and is counted.
   */
  onUnavailable?: OnUnavailable | undefined
}

/** Why the hub gave no decision. */
export type Unavailable = {
  reason: 'disabled' | 'timeout' | 'unreachable' | 'refused' | 'bad_answer'
  detail: string
}

export type OnUnavailable = 'allow' | 'block' | 'throw' | ((why: Unavailable) => 'allow' | 'block' | Action)

/** A decision, from the hub or, with `unavailable` set, from `onUnavailable`. */
export type Decided = {
  action: Action
  /** The answer may go out: ALLOW_ANSWER or ALLOW_WITH_WARNING. */
  allowed: boolean
  reasonCode: string
  /** What the policy wants the user to be told. */
  message: string | null
  traceId: string | null
  /** The hub decided, but something had failed and a default took its place. */
  degraded: boolean
  /** Null when the hub decided. */
  unavailable: Unavailable | null
  /** The decision as the hub answered it. */
  decision: Record<string, unknown> | null
}

/** Thrown by `decide` when the hub gave no decision and `onUnavailable` is `throw`. */
export class UndecidedError extends Error {
  override readonly name = 'UndecidedError'
  readonly why: Unavailable

  constructor(why: Unavailable) {
    super(`no decision: ${why.reason}, ${why.detail}`)
    this.why = why
  }
}

const ACTIONS = new Set<unknown>([
  'ALLOW_ANSWER',
  'ALLOW_WITH_WARNING',
  'NEED_CLARIFICATION',
  'ESCALATE',
  'BLOCK',
])
const isAction = (value: unknown): value is Action => ACTIONS.has(value)
const textOr = <T>(value: unknown, otherwise: T) => (typeof value === 'string' ? value : otherwise)
const mayGoOut = (action: Action) => action === 'ALLOW_ANSWER' || action === 'ALLOW_WITH_WARNING'

const DEFAULT_TIMEOUT_MS = 2000
const FIRST_PAUSE_MS = 50

type Tools = { settings: Settings; counters: Counters; post: ReturnType<typeof poster> }

function readDecision(body: unknown): Decided | null {
  const decision = isRecord(body) ? body['decision'] : undefined
  if (!isRecord(decision) || !isAction(decision['action'])) return null
  const { action } = decision
  return {
    action,
    allowed: mayGoOut(action),
    reasonCode: textOr(decision['reason_code'], ''),
    message: textOr(decision['message'], null),
    traceId: textOr(decision['trace_id'], null),
    degraded: decision['degraded'] === true,
    unavailable: null,
    decision,
  }
}

/** Asks `onUnavailable`; one that fails, or says nothing sensible, blocks. */
function standIn(question: Question, why: Unavailable, counters: Counters): Decided {
  const { onUnavailable = 'block', traceId = null } = question
  if (onUnavailable === 'throw') throw new UndecidedError(why)
  let said: unknown = onUnavailable
  try {
    if (typeof onUnavailable === 'function') said = onUnavailable(why)
  } catch (error) {
    counters.fault(error)
  }
  const action = isAction(said) ? said : said === 'allow' ? 'ALLOW_ANSWER' : 'BLOCK'
  return {
    ...{ action, allowed: mayGoOut(action), reasonCode: 'HUB_UNAVAILABLE', message: null, traceId },
    ...{ degraded: true, unavailable: why, decision: null },
  }
}

type InlineTrace = Record<string, unknown>

/** The trace around, as the hub may have to create it for the decision. */
export const inlineTrace = ({ id, words }: TraceEntry): InlineTrace => ({
  ...wired(words, 'name', 'userId', 'sessionId', 'environment', 'release', 'model', 'tags'),
  trace_id: id,
})

function bodyOf(question: Question, key: string, trace: InlineTrace | null): string {
  return encode(
    {
      ...wired(question, 'input', 'output', 'requestPayload', 'responsePayload', 'dryRun'),
      idempotency_key: key,
      // A trace that the hub has not heard of yet is created by the decision.
      trace: trace ?? (question.traceId === undefined ? undefined : { trace_id: question.traceId }),
      contexts: question.contexts?.slice(0, 200),
      force_policy_id: question.policyId,
      force_policy_version: question.policyVersion,
    },
    8_000_000,
  )
}

/** Asks the hub whether an answer may go out. Within the time it is asked again, with the same key, when it was away. */
export function openDecider({ settings, counters, post }: Tools) {
  async function ask(body: string, timeoutMs: number): Promise<Decided | Unavailable> {
    const until = performance.now() + timeoutMs
    const late: Unavailable = { reason: 'timeout', detail: `no decision within ${timeoutMs} ms` }
    let why = late
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      const left = until - performance.now()
      if (left <= 0) return why
      // Compression would only make somebody wait.
      const answer = await post({ path: '/api/v1/decide', body, timeoutMs: left, gzip: false })
      if (answer.kind === 'taken') {
        return readDecision(answer.body) ?? { reason: 'bad_answer', detail: 'no decision in it' }
      }
      if (answer.kind === 'refused') return { reason: 'refused', detail: answer.why }
      if (answer.late) return why
      why = { reason: 'unreachable', detail: answer.why }
      const wait = answer.after ?? pause
      if (performance.now() + wait >= until) return why
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  return async (question: Question, trace: InlineTrace | null): Promise<Decided> => {
    const { idempotencyKey, timeoutMs = DEFAULT_TIMEOUT_MS } = question
    let why: Unavailable = { reason: 'disabled', detail: 'switched off' }
    if (settings.enabled) {
      const key = isUsableId(idempotencyKey) ? label(idempotencyKey) : crypto.randomUUID()
      try {
        const answer = await ask(bodyOf(question, key, trace), timeoutMs)
        if ('action' in answer) return answer
        why = answer
      } catch (error) {
        counters.fault(error)
        why = { reason: 'unreachable', detail: 'a fault inside the client' }
      }
    }
    counters.stats.undecided++
    counters.warn('undecided', `no decision: ${why.reason}, ${why.detail}`)
    return standIn(question, why, counters)
  }
}
