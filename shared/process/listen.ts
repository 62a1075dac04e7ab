import { answerError, requestId } from '../http/answer-error.ts'
import type { Fetch } from '../http/call.ts'
import { noteAddress } from '../http/remote.ts'
import type { Log } from '../log.ts'
import { reasonOf, StartError } from '../start-error.ts'

const LARGEST_BODY = 32 * 1024 * 1024
/** Longer than a body may take to arrive. */
const IDLE_SECONDS = 40
const GRACE_MS = 4000

type Options = {
  fetch: Fetch
  host: string
  port: number
  /** The variable that sets the port. */
  variable: string
  log: Log
}

/** An open port; `url` is how people reach it. */
export type Listener = { url: string; stop: () => Promise<void> }

const LOOPBACK = new Set(['127.0.0.1', '0.0.0.0', '::1', '::'])

const isInUse = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'

function open({ fetch, host, port, variable, log }: Options) {
  try {
    return Bun.serve({
      hostname: host,
      port,
      development: false,
      maxRequestBodySize: LARGEST_BODY,
      idleTimeout: IDLE_SECONDS,
      async fetch(request, server) {
        try {
          noteAddress(request, server.requestIP(request)?.address ?? 'unknown')
          return await fetch(request)
        } catch (cause) {
          // What fails outside of every router, in the same form and under one id as what fails inside.
          return answerError(log, request, requestId(request), cause)
        }
      },
    })
  } catch (cause) {
    if (isInUse(cause)) {
      throw new StartError(
        `Port ${port} is in use: stop what listens there, or set ${variable} to another port`,
      )
    }
    throw new StartError(`${host}:${port} cannot be listened on: ${reasonOf(cause)}`)
  }
}

/** Listens on a port. Stopping lets requests in flight end for a while, then cuts them off. */
export function listen(options: Options): Listener {
  const server = open(options)
  return {
    url: `http://${LOOPBACK.has(options.host) ? 'localhost' : options.host}:${server.port}`,
    async stop() {
      await Promise.race([server.stop(), Bun.sleep(GRACE_MS)])
      await server.stop(true)
    },
  }
}
