import { orderAgent } from './agent.ts'
import { dice, type Dice } from './dice.ts'
import { reviewDigest } from './digest.ts'
import { fates, type Fate } from './fate.ts'
import type { App, Cast, Scene } from './play.ts'
import { docSearch } from './search.ts'
import type { Story } from './story.ts'
import { supportChat } from './support.ts'

/** A story with the time at which it began, in milliseconds since 1970. */
export type Dated = { story: Story; start: number }

type Slot = { app: App; /** How busy each hour of a Korean day is. */ hours: readonly number[] }

const HOUR = 3_600_000
const DAY = 24 * HOUR
const KOREA = 9 * HOUR

const SHOPPERS = [3, 2, 1, 1, 1, 1, 2, 4, 6, 9, 12, 11, 9, 10, 11, 10, 9, 8, 8, 10, 13, 14, 11, 6]
const OFFICE = [0, 0, 0, 0, 0, 0, 0, 1, 5, 13, 15, 12, 4, 12, 15, 14, 12, 9, 3, 2, 1, 1, 1, 0]
const NIGHT = [0, 1, 14, 12, 7, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

const CHAT: Slot = { app: supportChat, hours: SHOPPERS }
const SEARCH: Slot = { app: docSearch, hours: OFFICE }
const AGENT: Slot = { app: orderAgent, hours: SHOPPERS }
const DIGEST: Slot = { app: reviewDigest, hours: NIGHT }

const deal = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item)
const APPS = [...deal(7, CHAT), ...deal(7, SEARCH), ...deal(5, AGENT), ...deal(1, DIGEST)]

/** A provider's bad forty minutes, in the afternoon of Korea. */
const INCIDENT = { from: 14 * HOUR + 10 * 60_000, to: 14 * HOUR + 50 * 60_000 }

function* inTurn<T>(thrower: Dice, items: readonly T[]): Generator<T, never> {
  for (;;) yield* thrower.shuffle(items)
}

/** A time of the Korean day, as milliseconds since its midnight. */
function drawTime(thrower: Dice, hours: readonly number[]): number {
  let left = thrower.real() * hours.reduce((sum, weight) => sum + weight, 0)
  const hour = hours.findIndex((weight) => (left -= weight) < 0)
  return Math.max(0, hour) * HOUR + thrower.whole(0, HOUR - 1)
}

/** The shop deploys at eleven; a release is named after its day. */
const releaseAt = (start: number): string =>
  new Date(start + KOREA - 11 * HOUR).toISOString().slice(0, 10).replaceAll('-', '.')

export const environmentOf = (thrower: Dice): string =>
  thrower.chance(0.86) ? 'prod' : thrower.chance(0.7) ? 'staging' : 'dev'

const lengthOf = (story: Story): number =>
  story.end ?? story.spans.reduce((last, { start, end }) => Math.max(last, end ?? start), 0)

const endOf = (scenes: Scene[]): number => Math.max(...scenes.map(({ at, story }) => at + lengthOf(story)))

type Draw = { seed: string; index: number; until: number; slot: Slot; next: () => Fate }

/** One episode on the latest day on which it was over by `until`; its words do not depend on `until`. */
function drawEpisode({ seed, index, until, slot, next }: Draw): Dated[] {
  const words = `${seed}/${index}`
  const time = drawTime(dice(`${words}/time`), slot.hours)
  const is_incident = time >= INCIDENT.from && time < INCIDENT.to
  const bad_luck = dice(`${words}/incident`)
  const drawn: Fate[] = []
  const draw = (turn: number): Fate => {
    const fate = next()
    const struck = is_incident && fate === 'fine' && bad_luck.chance(0.3)
    return (drawn[turn] ??= struck ? bad_luck.pick(['model', 'retry'] as const) : fate)
  }
  for (let midnight = Math.floor((until + KOREA) / DAY) * DAY; ; midnight -= DAY) {
    const start = midnight + time - KOREA
    if (start > until) continue
    let turn = 0
    const thrower = dice(words)
    const cast: Cast = {
      key: `${seed}/${new Date(midnight).toISOString().slice(0, 10)}/${index}`,
      dice: thrower,
      fate: () => drawn[turn++] ?? draw(turn - 1),
      environment: environmentOf(thrower),
      release: releaseAt(start),
    }
    const scenes = slot.app(cast)
    if (start + endOf(scenes) <= until)
      return scenes.map(({ at, story }) => ({ story, start: start + Math.round(at) }))
  }
}

/** The traces of the 24 hours before `until`: busy by day, quiet by night, each app in its own way. */
export function* playDay({
  seed,
  traces,
  until,
}: {
  seed: string
  traces: number
  until: number
}): Generator<Dated> {
  const slots = inTurn(dice(`${seed}/apps`), APPS)
  const luck = fates(dice(`${seed}/fates`))
  let left = traces
  for (let index = 0; left > 0; index++) {
    const episode = drawEpisode({
      seed,
      index,
      until,
      slot: slots.next().value,
      next: () => luck.next().value,
    })
    yield* episode.slice(0, left)
    left -= episode.length
  }
}
