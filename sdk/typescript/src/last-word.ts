import { headersOf } from './post.ts'

/** Runs in a thread of its own, since the main one is ending and can wait for nothing but a lock. */
const THREAD = `
const { workerData: { requests, headers, timeoutMs, flag } } = require('node:worker_threads')
const send = ({ url, body }) =>
  fetch(url, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
    .then((response) => response.arrayBuffer())
Promise.allSettled(requests.map(send)).then(() => {
  Atomics.store(flag, 0, 1)
  Atomics.notify(flag, 0)
})
`

type LastWord = {
  baseUrl: string
  apiKey: string
  requests: { path: string; body: string }[]
  timeoutMs: number
}

/**
 * Sends what is left while `process.exit()` is already under way, and holds the process up for so long at most. What
 * was under way goes once more: the hub counts it as a duplicate.
 */
export function lastWord({ baseUrl, apiKey, requests, timeoutMs }: LastWord): void {
  // Not an import: a runtime without threads must load this file all the same.
  const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads')
  if (!threads || requests.length === 0) return
  const flag = new Int32Array(new SharedArrayBuffer(4))
  const worker = new threads.Worker(THREAD, {
    eval: true,
    workerData: {
      requests: requests.map(({ path, body }) => ({ url: `${baseUrl}${path}`, body })),
      headers: headersOf(apiKey),
      timeoutMs,
      flag,
    },
  })
  worker.unref()
  Atomics.wait(flag, 0, 0, timeoutMs)
}
