import type { Fetch } from '../http/call.ts'
import { guardHost } from '../http/guard-host.ts'
import { announceEnd } from '../http/health.ts'
import { listen } from './listen.ts'
import type { Start } from './open-deps.ts'

/** Opens a port until the process ends, and gives its URL; `variable` is what sets the port. */
export function openPort(
  { config, at_end, isEnding, log }: Start,
  fetch: Fetch,
  port: number,
  variable: string,
): string {
  const answer = guardHost(config, log, announceEnd(isEnding, fetch))
  const listener = listen({ fetch: answer, host: config.host, port, variable, log })
  at_end(variable, listener.stop)
  return listener.url
}
