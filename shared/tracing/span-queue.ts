import type { Log } from '../log.ts'
import { registryOf } from '../metrics/registry.ts'
import { deadline } from '../store/deadline.ts'
import type { Ended } from './write-spans.ts'

/** About 2 MB; what comes when it is full is dropped and counted. */
const MOST = 2048
const BATCH = 512
const TIMEOUT_MS = 10_000
const STOP_MS = 1500
const MOST_PAUSE_MS = 30_000
/** What the receiver may say again later, by OTLP. */
const RETRYABLE = new Set([429, 502, 503, 504])

/** Sends one batch; gives the status, and how many of its spans were refused. */
export type Send = (spans: Ended[], signal: AbortSignal) => Promise<{ status: number; refused: number }>

export type SpanQueue = { add(span: Ended): void; stop(): Promise<void> }

/** Sends batches, and counts what became of their spans; says once when that begins to fail, and when it works again. */
function openWay(log: Log, send: Send) {
  const counted = registryOf(log).counter('hub_own_spans_total', 'Own spans, by what became of them.')
  const [sent, refused, dropped] = [
    counted({ outcome: 'sent' }),
    counted({ outcome: 'refused' }),
    counted({ outcome: 'dropped' }),
  ]
  let failures = 0

  function fail(status: number | null, cause?: unknown) {
    failures++
    if (failures === 1) log.warn('own spans cannot be sent, trying on', { status }, cause)
  }

  function succeed() {
    if (failures > 0) log.info('own spans are sent again')
    failures = 0
  }

  return {
    drop: (count = 1) => dropped.add(count),
    failures: () => failures,
    /** Whether a batch is done with, one way or the other. */
    async once(batch: Ended[], limit_ms: number): Promise<boolean> {
      try {
        // A fetch whose server was killed does not always hear its own signal.
        const answer = await deadline(send(batch, AbortSignal.timeout(limit_ms)), limit_ms + 100)
        const is_taken = answer.status >= 200 && answer.status < 300
        if (is_taken) succeed()
        else fail(answer.status)
        if (RETRYABLE.has(answer.status)) return false
        const lost = is_taken ? Math.min(answer.refused, batch.length) : batch.length
        refused.add(lost)
        sent.add(batch.length - lost)
        return true
      } catch (cause) {
        fail(null, cause)
        return false
      }
    },
  }
}

/**
 * Holds spans until they are sent, at most so many: whatever the receiver does, nobody else waits for it or hears of it.
 * A batch that could not be sent is sent again, with longer and longer pauses, until the process ends.
 */
export function spanQueue(log: Log, send: Send, delay_ms: number): SpanQueue {
  const way = openWay(log, send)
  let waiting: Ended[] = []
  let stopping = false
  let timer: ReturnType<typeof setTimeout> | null = null
  let running: Promise<void> | null = null

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH)
      if (!(await way.once(batch, stopping ? STOP_MS : TIMEOUT_MS))) return
      waiting = waiting.slice(batch.length)
    }
  }

  function later(ms: number) {
    if (timer !== null || stopping) return
    timer = setTimeout(() => {
      timer = null
      void go()
    }, ms)
    timer.unref()
  }

  async function go(): Promise<void> {
    running ??= drain().finally(() => {
      running = null
      if (waiting.length > 0) later(Math.min(MOST_PAUSE_MS, delay_ms * 2 ** Math.min(way.failures(), 8)))
    })
    return running
  }

  return {
    add(span) {
      if (waiting.length >= MOST || stopping) way.drop()
      else {
        waiting.push(span)
        later(delay_ms)
      }
    },
    async stop() {
      stopping = true
      if (timer !== null) clearTimeout(timer)
      if (way.failures() === 0)
        await Promise.race([(running ?? Promise.resolve()).then(go), Bun.sleep(STOP_MS)])
      way.drop(waiting.length)
      waiting = []
    },
  }
}
