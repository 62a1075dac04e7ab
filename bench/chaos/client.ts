import { deadline } from '#shared/store/deadline.ts'
import type { Dice } from './dice.ts'
import { script, type Saying, type Wanted } from './script.ts'

const TIMEOUT_MS = 10_000
const PAUSE_MS = 50

/** A client's own ledger. */
export type Ledger = {
  acknowledged: Set<string>
  wanted: Wanted
  requests: number
  retries: number
  /** How often each kind of refusal or broken connection came. */
  answers: Map<string, number>
}

type Options = {
  name: string
  key: string
  hot_trace: string
  doors: string[]
  dice: Dice
  stopped: () => boolean
  wrong: (what: string) => void
}

type Reply = { accepted?: number; duplicates?: number; rejected?: unknown[]; code?: string }

/** Sends until told to stop, each request until it is acknowledged, as a careful SDK does; brings its last to an end. */
export async function runClient(options: Options): Promise<Ledger> {
  const { key, doors, dice, stopped, wrong } = options
  const said = script(options.name, options.hot_trace, dice)
  const none = { requests: 0, retries: 0, answers: new Map<string, number>() }
  const ledger: Ledger = { acknowledged: new Set(), wanted: said.wanted, ...none }
  const count = (what: string) => ledger.answers.set(what, (ledger.answers.get(what) ?? 0) + 1)

  async function attempt(door: string, { path, body }: Saying): Promise<Reply | number> {
    try {
      const headers = { 'content-type': 'application/json', 'x-api-key': key }
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      const asked = fetch(`${door}${path}`, { method: 'POST', headers, body, signal })
      // A fetch whose connection was cut does not always hear its own signal.
      const response = await deadline(asked, 2 * TIMEOUT_MS)
      // Every answer of the API is a JSON object.
      const reply = (await deadline(response.json(), 2 * TIMEOUT_MS)) as Reply
      if (response.ok) return reply
      count(`${response.status} ${reply.code}`)
      const retry_after = Number(response.headers.get('retry-after') ?? Number.NaN)
      if ((response.status === 503 || response.status === 429) && retry_after > 0) return retry_after * 1000
      wrong(`${path} answered ${response.status} ${reply.code}, Retry-After ${retry_after}`)
      return 1000
    } catch {
      count('no answer')
      return PAUSE_MS
    }
  }

  async function deliver(saying: Saying, first: number): Promise<Reply> {
    ledger.requests++
    for (let tries = first; ; tries++) {
      const reply = await attempt(doors[tries % doors.length] ?? '', saying)
      if (typeof reply !== 'number') return reply
      ledger.retries++
      await Bun.sleep(reply)
    }
  }

  async function send(saying: Saying) {
    const first = dice.whole(0, doors.length - 1)
    // Now and then both processes are told the same at the same moment.
    const twice = dice.chance(0.1)
    const replies = await Promise.all([
      deliver(saying, first),
      ...(twice ? [deliver(saying, first + 1)] : []),
    ])
    for (const { rejected } of replies) {
      if ((rejected?.length ?? 0) !== saying.bad)
        wrong(`${saying.path}: ${JSON.stringify(rejected)} rejected`)
    }
    for (const item of saying.keys) ledger.acknowledged.add(item)
    if (!dice.chance(0.1)) return
    const again = await deliver(saying, first + 1)
    if (again.duplicates !== undefined && again.duplicates !== saying.keys.length)
      wrong(`${saying.path}: said again, ${again.duplicates} of ${saying.keys.length} were duplicates`)
  }

  while (!stopped()) {
    await Promise.all(said.step().map(send))
    await Bun.sleep(PAUSE_MS)
  }
  return ledger
}
