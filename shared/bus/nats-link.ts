import type { NatsConnection } from '@nats-io/transport-node'
import type { Log } from '../log.ts'
import { keepConnected } from './nats-connection.ts'

/** What may be under way to a server that does not answer; the rest is dropped, since memory is bounded. */
const MOST_UNANSWERED = 1024 * 1024

/** The way to NATS. Nothing throws, nothing waits; what cannot be sent is dropped. */
export type NatsLink = {
  send(subject: string, text: string): void
  listen(subject: string): void
  stop(): Promise<void>
}

/** Says once that NATS is away, and how many notices were dropped once it is back. */
function outage(log: Log) {
  let since: number | null = null
  let dropped = 0
  return {
    begin(why: string, cause?: unknown) {
      if (since !== null) return
      since = performance.now()
      log.warn(`${why}: other processes hear nothing of this one until it is back`, {}, cause)
    },
    drop: () => void dropped++,
    end() {
      if (since === null) return
      log.info('NATS is back', { dropped, away_ms: Math.round(performance.now() - since) })
      since = null
      dropped = 0
    },
  }
}

/** Sends over one connection, and keeps account of what the server has not yet said that it has. */
function sender(connection: NatsConnection, answered: () => void) {
  let under_way = 0
  let asking = false

  async function ask() {
    asking = true
    while (under_way > 0) {
      const sent = under_way
      await connection.flush()
      under_way -= sent
      if (under_way < MOST_UNANSWERED / 2) answered()
    }
    asking = false
  }

  return {
    connection,
    isFull: () => under_way > MOST_UNANSWERED,
    send(subject: string, text: string) {
      connection.publish(subject, text)
      under_way += text.length
      // It fails with its connection, and another sender takes over.
      if (!asking) ask().catch(() => {})
    },
  }
}

type Hear = (subject: string, data: Uint8Array) => void

/** Opens the link; it is there at once, and connected as soon as NATS is. */
export async function natsLink(url: string, log: Log, hear: Hear): Promise<NatsLink> {
  const subjects = new Set<string>()
  const away = outage(log)
  let way: ReturnType<typeof sender> | null = null

  function listenOn(connection: NatsConnection, subject: string) {
    connection.subscribe(subject, {
      callback: (refused, message) =>
        refused ? log.error('NATS lets nobody listen', { subject }, refused) : hear(subject, message.data),
    })
  }

  const stop = await keepConnected(url, log, {
    up(connection) {
      subjects.forEach((subject) => listenOn(connection, subject))
      way = sender(connection, away.end)
      away.end()
    },
    down(why, cause) {
      way = null
      away.begin(why, cause)
    },
  })
  return {
    send(subject, text) {
      if (way?.isFull()) away.begin('NATS does not answer')
      if (!way || way.isFull()) {
        away.drop()
        return
      }
      try {
        way.send(subject, text)
      } catch (cause) {
        away.drop()
        log.warn('a notice was not sent', { subject }, cause)
      }
    },
    listen(subject) {
      if (subjects.has(subject)) return
      subjects.add(subject)
      if (way) listenOn(way.connection, subject)
    },
    async stop() {
      way = null
      await stop()
    },
  }
}
