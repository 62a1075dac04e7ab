import type { Fetch } from '../http/call.ts'
import { guardHost } from '../http/guard-host.ts'
import { listen } from './listen.ts'
import type { Start } from './open-deps.ts'

/** Opens a port until the process ends, and gives its URL; `variable` is what sets the port. */
export function openPort(
  { config, at_end, log }: Start,
  fetch: Fetch,
  port: number,
  variable: string,
): string {
  const listener = listen({ fetch: guardHost(config, log, fetch), host: config.host, port, variable, log })
  at_end(variable, listener.stop)
  return listener.url
}
