import type { Clock } from './clock.ts'
import type { Counters } from './counters.ts'
import type { Entry } from './entries.ts'
import { Flushes } from './flushes.ts'
import { watchHoldUp } from './hold-up.ts'
import type { Settings } from './options.ts'
import type { Answer, poster } from './post.ts'
import { Queue } from './queue.ts'
import { bodyOf, buildRequests, halve, type Request } from './wire.ts'

const MOST_AT_ONCE = 4
const BATCH_BYTES = 1024 * 1024
const BATCH_ITEMS = 1000
/** So much may wait outside of the queue for its next try. */
const READY_BYTES = 2 * BATCH_BYTES
/** So much waiting is sent without waiting for more. */
const EAGER_ITEMS = 500
const EAGER_BYTES = 512 * 1024
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 15_000
/** A 500 is the request's own fault when others are taken around it: it is parted and, alone, given up. Else it is the hub's. */
const MOST_FAILURES = { alone: 3, among_others: 8 }
const AROUND_MS = 1000

type Tools = {
  settings: Settings
  counters: Counters
  clock: Clock
  post: ReturnType<typeof poster>
  /** Runs something outside of any trace of the app. */
  apart: <T>(run: () => T) => T
}

/** Sends what is handed over, in the background: batches, retries, pauses while the hub is away. */
export class Sender {
  readonly #settings
  readonly #counters
  readonly #stats
  readonly #clock
  readonly #post
  readonly #apart
  readonly #queue
  readonly #flushes
  readonly #ready: Request[] = []
  readonly #underway = new Set<Request>()
  readonly #hold_up
  #stop = new AbortController()
  #clearTimer: (() => void) | null = null
  #timer_due = Infinity
  /** When what waits has waited for others long enough. */
  #take_due = 0
  #away_until = 0
  #away_for = 0
  #taken_at = -Infinity
  #closed = false

  constructor({ settings, counters, clock, post, apart }: Tools) {
    this.#settings = settings
    this.#counters = counters
    this.#stats = counters.stats
    this.#clock = clock
    this.#post = post
    this.#apart = apart
    this.#queue = new Queue(settings.maxQueueBytes, (items) =>
      counters.lose('queue_full', items, 'the hub was away or too slow'),
    )
    this.#flushes = new Flushes({
      end: () => this.#queue.end,
      passed: () => this.#queue.passed,
      requests: () => this.#unsettled(),
      lost: () => this.#stats.dropped + this.#stats.rejected,
      pending: () => this.pending,
      startTimer: (ms, run) => clock.later(ms, run, true),
    })
    const { exitTimeoutMs: mostMs } = settings
    const underway = () => this.#underway.size
    this.#hold_up = watchHoldUp({ underway, cut: () => this.#cut(), mostMs, clock })
  }

  /** How long the end of the process has waited for answers already. */
  get heldUpMs(): number {
    return this.#hold_up.ms()
  }

  /** Ends what is under way; it is sent again. */
  #cut(): void {
    this.#stop.abort()
    this.#stop = new AbortController()
  }

  #unsettled(): Request[] {
    return [...this.#ready, ...this.#underway]
  }

  /** Items that are not settled. */
  get pending(): number {
    return this.#unsettled().reduce((sum, { items }) => sum + items, this.#queue.size)
  }

  get pendingBytes(): number {
    return this.#unsettled().reduce((sum, { bytes }) => sum + bytes, this.#queue.bytes)
  }

  /** Wakes the pump after so many milliseconds, unless it wakes before that anyway. */
  #wake(ms: number): void {
    const due = this.#clock.now() + ms
    if (due >= this.#timer_due) return
    this.#clearTimer?.()
    this.#timer_due = due
    this.#clearTimer = this.#clock.later(ms, () => this.#pump())
  }

  #isMuch(): boolean {
    return this.#queue.size >= EAGER_ITEMS || this.#queue.bytes > EAGER_BYTES
  }

  /** Hands an entry over, or says that one that waits has changed. */
  put(entry: Entry): void {
    if (this.#closed) return this.#counters.lose('failed', 1, 'the client was shut down')
    if (entry.place !== 'queued') this.#stats.recorded++
    if (this.#queue.size === 0) this.#take_due = this.#clock.now() + this.#settings.flushIntervalMs
    this.#queue.put(entry)
    if (this.#clearTimer === null) this.#wake(this.#settings.flushIntervalMs)
    // An answer that is awaited, or the end of a pause, wakes the pump anyway.
    else if (this.#away_for === 0 && this.#underway.size < MOST_AT_ONCE && this.#isMuch()) this.#wake(0)
  }

  /** What comes within the interval goes together, and a short span with its end. */
  #mayTake(now: number): boolean {
    if (this.#queue.size === 0 || !(now >= this.#take_due || this.#flushes.areOpen || this.#isMuch()))
      return false
    return this.#ready.reduce((sum, { bytes }) => sum + bytes, 0) < READY_BYTES
  }

  #next(now: number): Request | undefined {
    const first = this.#ready.findIndex(({ due }) => due <= now)
    if (first >= 0) return this.#ready.splice(first, 1)[0]
    if (!this.#mayTake(now)) return undefined
    const built = buildRequests(this.#queue.take(BATCH_BYTES, BATCH_ITEMS))
    const request = built.shift()
    this.#ready.push(...built)
    return request
  }

  #pump(): void {
    this.#clearTimer?.()
    this.#clearTimer = null
    this.#timer_due = Infinity
    try {
      const now = this.#clock.now()
      // While the hub is away one request asks whether it is back.
      const most = this.#away_for > 0 ? 1 : MOST_AT_ONCE
      while (now >= this.#away_until && this.#underway.size < most) {
        const request = this.#next(now)
        if (!request) break
        this.#underway.add(request)
        void this.#apart(() => this.#send(request))
      }
      this.#hold_up.look()
      this.#flushes.arm()
      this.#sleep(now)
    } catch (error) {
      this.#counters.fault(error)
    }
  }

  /** When there is something to do later, and no answer to come that would wake the pump. */
  #sleep(now: number): void {
    if (this.#ready.length === 0 && this.#queue.size === 0) return
    if (now < this.#away_until) return this.#wake(this.#away_until - now)
    const due = Math.min(
      this.#queue.size > 0 ? this.#take_due : Infinity,
      ...this.#ready.map((request) => request.due),
    )
    if (due > now) this.#wake(due - now)
    else if (this.#underway.size === 0) this.#wake(this.#settings.flushIntervalMs)
  }

  async #send(request: Request): Promise<void> {
    const { path } = request
    const answer = await this.#post({
      path,
      body: bodyOf(request),
      timeoutMs: this.#settings.requestTimeoutMs,
      signal: this.#stop.signal,
    })
    this.#underway.delete(request)
    try {
      this.#settle(request, answer)
    } catch (error) {
      this.#counters.fault(error)
    }
    this.#pump()
  }

  #settle(request: Request, answer: Answer): void {
    if (answer.kind === 'taken') {
      const is_back = this.#away_for > 0
      this.#away_for = 0
      this.#taken_at = this.#clock.now()
      const [first] = answer.rejected
      this.#stats.acknowledged += Math.max(0, request.items - answer.rejected.length)
      if (first) this.#counters.lose('rejected', answer.rejected.length, `${first.code}: ${first.detail}`)
      this.#flushes.finish(request, [])
      return is_back ? this.#counters.tellAll() : undefined
    }
    if (answer.kind === 'again') return this.#again(request, answer)
    if (isOfItems(answer.status)) return this.#part(request, answer.why)
    this.#counters.lose('refused', request.items, answer.why)
    this.#flushes.finish(request, [])
  }

  #again(request: Request, { after, away, why }: Extract<Answer, { kind: 'again' }>): void {
    // Counted as lost when it was closed.
    if (this.#closed) return this.#flushes.finish(request, [])
    this.#stats.retries++
    const now = this.#clock.now()
    if (away) {
      this.#away_until = Math.max(this.#away_until, now + (after ?? pause(this.#away_for)))
      this.#away_for++
    } else {
      request.failed_at ??= now
      const is_alone = this.#taken_at > request.failed_at - AROUND_MS
      if (++request.tries >= MOST_FAILURES[is_alone ? 'alone' : 'among_others'])
        return this.#part(request, why)
      request.due = now + (after ?? pause(request.tries))
      this.#away_for = Math.max(1, this.#away_for)
    }
    this.#ready.push(request)
    // Last: who is warned may flush, and is to wait for this request too.
    if (away)
      this.#counters.warn('away', `the hub does not take data (${why}); what comes is kept and sent later`)
  }

  /** One bad item must not take its neighbours along. */
  #part(request: Request, why: string): void {
    const halves = halve(request)
    if (!halves) {
      this.#counters.lose('refused', request.items, why)
      return this.#flushes.finish(request, [])
    }
    // They have been tried together: each is tried once more.
    for (const half of halves) Object.assign(half, { tries: request.tries - 1, failed_at: request.failed_at })
    this.#ready.push(...halves)
    this.#flushes.finish(request, halves)
  }

  /** Resolves when all that was handed over before is settled; rejects with a report when some of it was not taken. */
  flush(timeoutMs: number): Promise<void> {
    const flushed = this.#flushes.wait(timeoutMs, () => this.#counters.tellAll())
    this.#pump()
    return flushed
  }

  /** Takes nothing more; what is unsent after this is counted as lost. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    const left = this.pending
    this.#stop.abort()
    this.#clearTimer?.()
    if (left > 0) this.#counters.lose('failed', left, 'the client was shut down')
    this.#queue.take(Infinity, Infinity)
    this.#flushes.arm()
    for (const request of this.#ready.splice(0)) this.#flushes.finish(request, [])
    this.#counters.tellAll()
  }

  /** What is unsent, as bodies with their paths, for a last word at the end of the process. */
  rest(): { path: string; body: string }[] {
    const all = [...this.#unsettled(), ...buildRequests(this.#queue.take(Infinity, Infinity))]
    return all.map((request) => ({ path: request.path, body: bodyOf(request) }))
  }
}

const pause = (tries: number) =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10)) * (0.5 + Math.random() / 2)

/** Statuses that speak of what is in the body, so that a part of it may be taken. */
const isOfItems = (status: number) => [400, 409, 413, 422].includes(status)
