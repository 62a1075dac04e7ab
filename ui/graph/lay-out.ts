import { Worker } from 'node:worker_threads'
import type { Form, Placed } from './place-graph.ts'

const DEADLINE_MS = 4000
const MOST_KEPT = 500

type Waiting = { answer: Promise<Placed | null>; settle: (placed: Placed | null) => void }

/** Drawings by their form; null is one that could not be laid out in time, and is not tried again. */
const kept = new Map<string, Placed | null>()
const waiting = new Map<string, Waiting>()
let worker: Worker | null = null

function settle(key: string, placed: Placed | null): void {
  kept.delete(key)
  kept.set(key, placed)
  const [oldest] = kept.keys()
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
  waiting.get(key)?.settle(placed)
  waiting.delete(key)
}

/** A worker that hangs or fails is let go of. It takes forms in turn, so the first is to blame: the rest may ask again. */
function giveUp(): void {
  void worker?.terminate()
  worker = null
  const [first, ...rest] = waiting.keys()
  if (first !== undefined) settle(first, null)
  for (const key of rest) {
    waiting.get(key)?.settle(null)
    waiting.delete(key)
  }
}

function openWorker(): Worker {
  const opened = new Worker(new URL('layout-worker.ts', import.meta.url))
  opened.on('message', ({ key, placed }: { key: string; placed: Placed }) => settle(key, placed))
  opened.on('error', giveUp)
  // A process that has nothing else to do may end.
  opened.unref()
  return opened
}

/** Lays a form out beside the server's own work; null when that takes too long. A form is laid out once. */
export function layOut(form: Form): Promise<Placed | null> {
  const key = Bun.hash(JSON.stringify(form)).toString(36)
  const before = kept.get(key)
  if (before !== undefined) return Promise.resolve(before)
  const known = waiting.get(key)
  if (known) return known.answer
  const { promise, resolve } = Promise.withResolvers<Placed | null>()
  const timer = setTimeout(giveUp, DEADLINE_MS)
  waiting.set(key, {
    answer: promise,
    settle(placed) {
      clearTimeout(timer)
      resolve(placed)
    },
  })
  worker ??= openWorker()
  worker.postMessage({ key, form }, [])
  return promise
}
