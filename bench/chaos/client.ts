import type { Dice } from './dice.ts'
import { script, type Saying, type Wanted } from './script.ts'
import { openSender, PAUSE_MS, type Counted } from './sender.ts'

/** A client's own ledger. */
export type Ledger = Counted & { acknowledged: Set<string>; wanted: Wanted }

type Options = {
  name: string
  key: string
  hot_trace: string
  doors: string[]
  gateway: string
  dice: Dice
  stopped: () => boolean
  wrong: (what: string) => void
}

type Reply = { accepted?: number; duplicates?: number; rejected?: unknown[] }

/** Sends until told to stop, each request until it is acknowledged; brings its last to an end. */
export async function runClient(options: Options): Promise<Ledger> {
  const { doors, dice, stopped, wrong } = options
  const said = script(options.name, options.hot_trace, dice)
  const { counted, deliver } = openSender(options)
  const acknowledged = new Set<string>()

  async function send(saying: Saying) {
    const { path, body } = saying
    const first = dice.whole(0, doors.length - 1)
    // Now and then both processes are told the same at the same moment.
    const twice = dice.chance(0.1)
    const replies = await Promise.all([
      deliver<Reply>(path, body, first),
      ...(twice ? [deliver<Reply>(path, body, first + 1)] : []),
    ])
    for (const { rejected } of replies) {
      if ((rejected?.length ?? 0) !== saying.bad) wrong(`${path}: ${JSON.stringify(rejected)} rejected`)
    }
    for (const item of saying.keys) acknowledged.add(item)
    if (!dice.chance(0.1)) return
    const again = await deliver<Reply>(path, body, first + 1)
    if (again.duplicates !== undefined && again.duplicates !== saying.keys.length)
      wrong(`${path}: said again, ${again.duplicates} of ${saying.keys.length} were duplicates`)
  }

  while (!stopped()) {
    await Promise.all(said.step().map(send))
    await Bun.sleep(PAUSE_MS)
  }
  return Object.assign(counted, { acknowledged, wanted: said.wanted })
}
