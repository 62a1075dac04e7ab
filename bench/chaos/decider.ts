import type { Dice } from './dice.ts'
import { openSender, PAUSE_MS, type Counted } from './sender.ts'

/** What a project decides by: some answers are stopped, and fall into one case for each user. */
export const POLICY = {
  name: 'chaos',
  active: true,
  definition: {
    version: 2,
    rules: [
      { id: 'stop', when: 'request.kind == "stop"', then: 'BLOCK', case: { group_by: ['request.user'] } },
    ],
  },
}

/** A decision as it was answered; `user` is null where no case was wanted. */
export type Answered = { id: string; action: string; case_id: string | null; user: string | null }

/** A decider's own ledger, by idempotency key. */
export type Decided = Counted & { answered: Map<string, Answered> }

type Options = {
  name: string
  key: string
  doors: string[]
  gateway: string
  dice: Dice
  stopped: () => boolean
  wrong: (what: string) => void
}

type Reply = { decision: { id: string; action: string; case_id: string | null } }

const USERS = 3
const EACH = 20

/** Asks for decisions until told to stop, each until it is answered; a key that is asked again must get the same. */
export async function runDecider(options: Options): Promise<Decided> {
  const { name, doors, dice, stopped, wrong } = options
  const { counted, deliver } = openSender(options)
  const answered = new Map<string, Answered>()

  async function ask(count: number) {
    const key = `${name}-${count}`
    // Deciders of a project meet at the same users, so that both open their cases at once.
    const user = dice.chance(0.5) ? `user-${Math.floor(count / EACH)}-${dice.whole(1, USERS)}` : null
    const body = JSON.stringify({
      ...{ idempotency_key: key, input: 'May I?', output: 'You may. 환불 규정' },
      request_payload: user === null ? { kind: 'go' } : { kind: 'stop', user },
      ...(dice.chance(0.2) ? { trace: { trace_id: 'hot', name: 'shared' } } : {}),
    })
    const first = dice.whole(0, doors.length - 1)
    const times = dice.chance(0.15) ? 2 : 1
    const replies = await Promise.all(
      Array.from({ length: times }, async (_, at) => deliver<Reply>('/api/v1/decide', body, first + at)),
    )
    if (dice.chance(0.15)) replies.push(await deliver<Reply>('/api/v1/decide', body, first + 1))
    const [{ decision: told } = { decision: null }, ...others] = replies
    if (!told) return
    const { id, action, case_id } = told
    for (const { decision } of others)
      if (decision.id !== id || decision.action !== action || decision.case_id !== case_id)
        wrong(`a decision was answered in two ways: ${JSON.stringify([told, decision])}`)
    if (action !== (user === null ? 'ALLOW_ANSWER' : 'BLOCK')) wrong(`a decision came out as ${action}`)
    answered.set(key, { id, action, case_id, user })
  }

  for (let count = 0; !stopped(); count++) {
    await ask(count)
    await Bun.sleep(PAUSE_MS)
  }
  return Object.assign(counted, { answered })
}
