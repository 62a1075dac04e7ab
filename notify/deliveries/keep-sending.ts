import type { NotifyDeps } from '../deps.ts'
import { attempt } from './attempt.ts'
import { claim, type Claimed } from './claim.ts'
import { meterDeliveries } from './meter-deliveries.ts'
import { BATCH, fanOut } from './fan-out.ts'
import { release, settle } from './settle.ts'

const SWEEP_MS = 1000
/** Requests under way at once; receivers that have been failing share a quarter of them. */
const SLOTS = 256
/** What has not been answered after so long only waits, and takes no slot; of all together there are at most so many. */
const PATIENCE_MS = 1000
const MOST_OPEN = 1024
const FAILING_SLOTS = 64
const EACH = 2
const GRACE_MS = 3000

type Flight = { claimed: Claimed; began: number; done: Promise<void> }

/** What is under way, and to whom. */
function openFlights(deps: NotifyDeps, landed: () => void) {
  const flights = new Set<Flight>()
  const cut = new AbortController()
  const attempts = meterDeliveries(deps)

  async function fly(claimed: Claimed): Promise<void> {
    const ended = await attempt(deps, claimed, cut.signal)
    const was_cut = ended.error !== null && cut.signal.aborted
    if (!was_cut) attempts({ outcome: ended.error === null ? 'delivered' : 'failed' }).add()
    await (was_cut ? release(deps, claimed) : settle(deps, claimed, ended))
  }

  return {
    cut: () => cut.abort(),
    all: () => [...flights].map(({ done }) => done),
    /** How many more may start. */
    free() {
      const since = performance.now() - PATIENCE_MS
      const young = [...flights].filter(({ began }) => began > since).length
      return Math.min(SLOTS - young, MOST_OPEN - flights.size)
    },
    count: (failing: boolean) => [...flights].filter(({ claimed }) => claimed.failing === failing).length,
    running() {
      const running = new Map<string, number>()
      for (const { claimed } of flights) {
        running.set(claimed.subscription_id, (running.get(claimed.subscription_id) ?? 0) + 1)
      }
      return running
    },
    start(claimed: Claimed) {
      const flight: Flight = { claimed, began: performance.now(), done: Promise.resolve() }
      flights.add(flight)
      // Unsettled it is tried again when its lease ends.
      flight.done = fly(claimed)
        .catch((cause: unknown) => deps.log.warn('an attempt could not be settled', {}, cause))
        .finally(() => {
          flights.delete(flight)
          landed()
        })
    },
  }
}

/** Fans out and sends, woken by a notice, by each answer that comes in, and once a second anyway. */
export function keepSending(deps: NotifyDeps): { wake: () => void; stop: () => Promise<void> } {
  const { clock, database, bus, log } = deps
  let [stopping, failing, again, unknown] = [false, false, false, 0]
  let running: Promise<void> | null = null
  const flights = openFlights(deps, wake)

  async function claimSome(to_failing: boolean): Promise<number> {
    const free = flights.free()
    const most = to_failing ? Math.min(free, FAILING_SLOTS - flights.count(true)) : free
    if (most <= 0) return 0
    const each = { failing: to_failing, most_each: to_failing ? 1 : EACH }
    const claimed = await claim(database.sql, { now: clock(), most, running: flights.running(), ...each })
    for (const one of claimed.toSorted((a, b) => (a.delivery_id < b.delivery_id ? -1 : 1))) flights.start(one)
    return claimed.length
  }

  /** After an upgrade there may be many: one line for all that a pass meets. */
  function noteUnknown() {
    if (unknown > 0) log.warn('events that another release had announced were dropped', { events: unknown })
    unknown = 0
  }

  async function pass(): Promise<void> {
    do {
      again = false
      const fanned = await fanOut(deps)
      unknown += fanned.unknown
      if (fanned.taken === BATCH) again = true
      else noteUnknown()
      if (stopping) return
      await claimSome(false)
      await claimSome(true)
    } while (again && !stopping)
    failing = false
  }

  /** While the database is away this fails every second; once is enough to say so. */
  function complain(cause: unknown) {
    if (!failing && !stopping) log.warn('notifications could not be sent, trying on', {}, cause)
    failing = true
  }

  function wake() {
    if (stopping) return
    again = true
    running ??= pass()
      .catch(complain)
      .finally(() => (running = null))
  }

  const timer = setInterval(wake, SWEEP_MS)
  const deafen = bus.subscribe('outbox.ready.v1', wake)
  wake()
  return {
    wake,
    async stop() {
      stopping = true
      clearInterval(timer)
      deafen()
      await running
      await Promise.race([Promise.all(flights.all()), Bun.sleep(GRACE_MS)])
      flights.cut()
      await Promise.race([Promise.all(flights.all()), Bun.sleep(GRACE_MS)])
    },
  }
}
