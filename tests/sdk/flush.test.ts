import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { countersOf } from '../../sdk/typescript/src/counters.ts'
import type { Entry, TraceEntry } from '../../sdk/typescript/src/entries.ts'
import { FlushError } from '../../sdk/typescript/src/flush-error.ts'
import { readOptions } from '../../sdk/typescript/src/options.ts'
import type { Answer } from '../../sdk/typescript/src/post.ts'
import { Sender } from '../../sdk/typescript/src/sender.ts'
import { clockByHand } from './clock-by-hand.ts'

/** What may come of a request, and what of it the hub has then. */
const ANSWERS = {
  taken: { kind: 'taken', rejected: [], body: {} },
  named: { kind: 'taken', rejected: [{ code: 'c', detail: 'd' }], body: {} },
  away: { kind: 'again', after: null, away: true, why: 'cut' },
  away_for_long: { kind: 'again', after: 4000, away: true, why: '503' },
  failed: { kind: 'again', after: null, away: false, why: '500' },
  failed_shortly: { kind: 'again', after: 0, away: false, why: '500' },
  bad_item: { kind: 'refused', status: 422, why: '422' },
  refused: { kind: 'refused', status: 401, why: '401' },
} satisfies Record<string, Answer>

type Step =
  | { do: 'put'; items: number; alone: boolean }
  | { do: 'flush'; timeoutMs: number }
  | { do: 'answer'; which: number; how: keyof typeof ANSWERS }
  | { do: 'pass'; ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('put'), items: fc.constantFrom(1, 2, 9, 700), alone: fc.boolean() }),
  fc.record({ do: fc.constant('flush'), timeoutMs: fc.constantFrom(50, 10_000, 600_000) }),
  fc.record({
    do: fc.constant('answer'),
    which: fc.nat(),
    how: fc.constantFrom(...(Object.keys(ANSWERS) as (keyof typeof ANSWERS)[])),
  }),
  fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(0, 1, 250, 1000, 20_000) }),
)

type Flushed = { lost_before: number; end: 'open' | 'kept' | FlushError; missing: number }

type World = { flushes_in_callbacks: boolean; maxQueueBytes: number }

const world: fc.Arbitrary<World> = fc.record({
  flushes_in_callbacks: fc.boolean(),
  maxQueueBytes: fc.constantFrom(2000, 16_000_000),
})

/** A sender over a network and a clock that do only what the test says. */
function openSender({ flushes_in_callbacks, maxQueueBytes }: World) {
  const { clock, pass } = clockByHand()
  const underway: { ids: number[]; end: (answer: Answer) => void }[] = []
  const taken = new Set<number>()
  const flushed: Flushed[] = []
  let last = 0
  let is_inside = false

  async function flush(timeoutMs: number): Promise<void> {
    const before = Array.from({ length: last }, (_, n) => n + 1)
    const one: Flushed = { lost_before: lost(), end: 'open', missing: 0 }
    flushed.push(one)
    try {
      await sender.flush(timeoutMs)
      one.end = 'kept'
      one.missing = before.filter((id) => !taken.has(id)).length
    } catch (error) {
      one.end = error instanceof FlushError ? error : new FlushError(NEVER)
    }
  }

  // The app's own code runs in the middle of the sender's.
  const callback = () => {
    if (!flushes_in_callbacks || is_inside) return
    is_inside = true
    void flush(600_000)
    is_inside = false
  }
  const settings = readOptions({ maxQueueBytes, onWarning: callback, onDrop: callback }, {})
  const counters = countersOf(settings)
  const lost = () => counters.stats.dropped + counters.stats.rejected
  const post = ({ body }: { body: string }) =>
    new Promise<Answer>((end) => {
      underway.push({ ids: [...body.matchAll(/#(\d+)#/g)].map((found) => Number(found[1])), end })
    })
  const sender = new Sender({ settings, counters, clock, post, apart: (run) => run() })

  function put(alone: boolean): void {
    const text = `"#${++last}#"`
    const head = { place: 'idle', bytes: 0 } as const
    const entry: Entry = alone
      ? { ...head, kind: 'post', path: '/', body: text }
      : {
          ...head,
          kind: 'event',
          trace: TRACE,
          type: 'LOG',
          spanId: null,
          at: 0,
          payload: text,
          key: `${last}`,
        }
    sender.put(entry)
  }

  function answer(which: number, how: keyof typeof ANSWERS): void {
    const [request] = underway.length > 0 ? underway.splice(which % underway.length, 1) : []
    if (!request) return
    const has = how === 'taken' ? request.ids : how === 'named' ? request.ids.slice(1) : []
    for (const id of has) taken.add(id)
    request.end(ANSWERS[how])
  }

  return { sender, stats: counters.stats, flushed, underway, flush, put, answer, pass, lost }
}

const NEVER = { lost: -1, pending: -1, timeoutMs: null }
const TRACE: TraceEntry = {
  ...{ kind: 'trace', place: 'idle', bytes: 0, id: 't', sampled: true, own: false, wall: 0, mono: 0 },
  ...{ started: 0, ended: null, status: null, words: {}, attributes: [], root: null, visits: null },
}

test('a flush that waits when the client is closed ends then, and says what is lost', async () => {
  const { sender, flushed, ...hand } = openSender({ flushes_in_callbacks: false, maxQueueBytes: 16_000_000 })
  for (let n = 0; n < 9; n++) hand.put(true)
  void hand.flush(600_000)
  await hand.pass(0)
  hand.answer(0, 'away')
  await hand.pass(0)
  hand.put(false)
  void hand.flush(600_000)
  sender.close()
  for (let n = 0; n < 4; n++) hand.answer(0, 'away')
  await hand.pass(0)
  expect(flushed.map(({ end }) => (end instanceof FlushError ? end.report : end))).toEqual([
    { lost: 10, pending: 0, timeoutMs: null },
    { lost: 10, pending: 0, timeoutMs: null },
  ])
})

test('a flush resolves when all that was recorded before it is taken, and never before, in any order of events', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), world, async (steps, how) => {
      const { sender, stats, flushed, underway, ...hand } = openSender(how)
      for (const each of steps) {
        if (each.do === 'put') for (let n = 0; n < each.items; n++) hand.put(each.alone)
        else if (each.do === 'flush') void hand.flush(each.timeoutMs)
        else if (each.do === 'answer') hand.answer(each.which, each.how)
        await hand.pass(each.do === 'pass' ? each.ms : 0)
      }
      // The hub is back for good.
      for (let n = 0; n < 5000 && (sender.pending > 0 || underway.length > 0); n++) {
        hand.answer(0, 'taken')
        await hand.pass(underway.length > 0 ? 0 : 1000)
      }
      await hand.pass(1000)
      expect(sender.pending).toBe(0)
      expect(stats.recorded).toBe(stats.acknowledged + hand.lost())
      for (const { end, missing, lost_before } of flushed) {
        expect(end).not.toBe('open')
        if (end === 'kept') expect(missing).toBe(lost_before)
        if (end instanceof FlushError) expect(end.report.lost + end.report.pending).toBeGreaterThan(0)
      }
    }),
    { numRuns: 500 },
  )
})
