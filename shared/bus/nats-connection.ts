import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node'
import type { Log } from '../log.ts'
import { deadline } from '../store/deadline.ts'

const START_MS = 1000
const STOP_MS = 1000
const PAUSE_MS = 250

const OPTIONS = {
  name: 'hub',
  // The bus tells its own process itself, also while NATS is away.
  noEcho: true,
  timeout: 2000,
  // We connect again ourselves: the client would keep what was published meanwhile, without bound.
  reconnect: false,
  // A server that hangs is given up after fifteen seconds.
  pingInterval: 5000,
  maxPingOut: 2,
  noAsyncTraces: true,
} satisfies ConnectionOptions

type Events = {
  /** A new connection is up. */
  up(connection: NatsConnection): void
  /** It is lost, or none could be had; told at each try. */
  down(why: string, cause?: unknown): void
}

/** The client takes a port out of a password, so it is given the parts of the URL. A user alone is a token. */
function addressOf(text: string): ConnectionOptions {
  const { protocol, host, username, password } = new URL(text)
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)]
  const access = pass ? { user, pass } : user ? { token: user } : {}
  return { servers: host, ...access, ...(protocol === 'tls:' ? { tls: {} } : {}) }
}

/**
 * Keeps one connection to NATS, trying for ever. Waits a moment for the first and goes on without it; gives the function
 * that ends it all.
 */
export async function keepConnected(
  url: string,
  log: Log,
  { up, down }: Events,
): Promise<() => Promise<void>> {
  const first = Promise.withResolvers<void>()
  let current: NatsConnection | null = null
  let stopping = false

  function lose(why: string, cause?: unknown) {
    if (!stopping) down(why, cause)
  }

  /** Follows a connection to its end. */
  async function follow(connection: NatsConnection) {
    current = connection
    if (stopping) return connection.close()
    up(connection)
    first.resolve()
    for await (const status of connection.status()) {
      if (status.type === 'error') log.warn('NATS refused something', {}, status.error)
    }
    lose('NATS went away')
  }

  async function keep() {
    while (!stopping) {
      await connect({ ...OPTIONS, ...addressOf(url) })
        .then(follow)
        .catch((cause: unknown) => lose('NATS cannot be reached', cause))
      if (!stopping) await Bun.sleep(PAUSE_MS)
    }
  }

  void keep()
  await Promise.race([first.promise, Bun.sleep(START_MS)])
  return async () => {
    stopping = true
    if (current) await deadline(current.close(), STOP_MS).catch(() => {})
  }
}
