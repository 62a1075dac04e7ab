import { orderAgent } from './agent.ts'
import { dice } from './dice.ts'
import { environmentOf, type Dated } from './day.ts'
import { fates } from './fate.ts'
import type { App } from './play.ts'
import type { Post } from './post.ts'
import { docSearch } from './search.ts'
import type { Span, Story } from './story.ts'
import { supportChat } from './support.ts'
import { tick, type Playing } from './tick.ts'

const TICK_MS = 300

/** Each app and the time between two of its episodes. */
const RHYTHM: readonly { app: App; every_ms: number }[] = [
  { app: orderAgent, every_ms: 9000 },
  { app: supportChat, every_ms: 7000 },
  { app: docSearch, every_ms: 11_000 },
]

type Options = { post: Post; seed: string; say: (line: string) => void; signal: AbortSignal }

/** The story as it is when its process is stopped: what was open is cancelled, what had not begun never does. */
function cut(story: Story, at: number): Story {
  const spans = story.spans
    .filter(({ start }) => start <= at)
    .map((span): Span => {
      if (span.end !== null && span.end <= at) return span
      const { output: _unsaid, error: _unknown, usage: _uncounted, ...begun } = span
      return { ...begun, end: at, status: 'cancelled' }
    })
  const { output_text: _unsaid, ...header } = story.header
  return { ...story, header, spans, lines: [], verdicts: [], end: at, status: 'interrupted' }
}

/** Plays runs and chats in real time until it is told to stop; then ends what is under way. */
export async function goLive({ post, seed, say, signal }: Options): Promise<void> {
  const words = `${seed}/live ${Date.now()}`
  const luck = fates(dice(`${words}/fates`))
  const due = RHYTHM.map(({ app, every_ms }, index) => ({ app, every_ms, at: Date.now() + index * 700 }))
  const waiting: Dated[] = []
  let playing: Playing[] = []
  let count = 0

  function callOn(now: number): void {
    for (const slot of due) {
      if (slot.at > now) continue
      const key = `${words}/${count++}`
      const thrower = dice(key)
      const cast = {
        key,
        dice: thrower,
        fate: () => luck.next().value,
        environment: environmentOf(thrower),
        release: new Date(now).toISOString().slice(0, 10).replaceAll('-', '.'),
      }
      waiting.push(...slot.app(cast).map(({ at, story }) => ({ story, start: now + Math.round(at) })))
      slot.at = now + thrower.around(slot.every_ms)
    }
    for (const dated of waiting.filter(({ start }) => start <= now)) {
      waiting.splice(waiting.indexOf(dated), 1)
      playing.push({ ...dated, told_until: -1 })
      say(`  began ${dated.story.header.name}, ${dated.story.trace_id}`)
    }
  }

  const send = (until: number) =>
    Promise.all(
      playing.map(async (each) => {
        for (const request of tick(each, until)) await post(request)
      }),
    )

  while (!signal.aborted) {
    const now = Date.now()
    callOn(now)
    await send(now)
    playing = playing.filter(({ story, start }) => start + lastOf(story) > now)
    await Bun.sleep(Math.max(20, TICK_MS - (Date.now() - now)))
  }
  const now = Date.now()
  playing = playing.map((each) => ({ ...each, story: cut(each.story, now - each.start) }))
  await send(now)
  say(`Stopped: ${count} episodes; ${playing.length} traces that were under way are marked as interrupted.`)
}

/** When the last thing of a story happens. */
const lastOf = ({ end, spans }: Story): number =>
  spans.reduce((last, span) => Math.max(last, span.start, span.end ?? 0), end ?? 0)
