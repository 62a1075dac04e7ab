import { connect, createServer, type Socket } from 'node:net'

/** What the network does to connections; `null` leaves them alone. */
export type Trouble =
  /** Each part waits, and leaves at a bounded rate. */
  | { kind: 'slow'; delay_ms: number; bytes_per_second: number }
  /** Connections stay open, and nothing more goes either way. */
  | { kind: 'stall' }
  /** A connection is cut once so many bytes of requests have passed. */
  | { kind: 'half-sent'; bytes: number }
  /** Requests arrive whole; the answer is cut off instead of handed on. */
  | { kind: 'answer lost' }

/** A way to one port of this machine, on which trouble can be made. */
export type Proxy = { url: string; set(trouble: Trouble | null): void; stop(): void }

type Pair = { near: Socket; far: Socket; sent: number }

function cut({ near, far }: Pair) {
  near.destroy()
  far.destroy()
}

/** Hands a part on as the trouble of the moment has it; reading goes on once it is gone, so nothing piles up. */
function pass(pair: Pair, from: Socket, part: Buffer, trouble: Trouble | null) {
  const to = from === pair.near ? pair.far : pair.near
  const hand = (bytes: Buffer) => {
    if (to.destroyed || to.write(bytes)) return
    from.pause()
    to.once('drain', () => from.resume())
  }
  switch (trouble?.kind) {
    case undefined:
      return hand(part)
    case 'stall':
      return
    case 'answer lost':
      return from === pair.near ? hand(part) : cut(pair)
    case 'half-sent': {
      if (from === pair.far) return hand(part)
      const left = trouble.bytes - pair.sent
      pair.sent += part.length
      if (left >= part.length) return hand(part)
      hand(part.subarray(0, Math.max(left, 0)))
      setTimeout(() => cut(pair), 20)
      return
    }
    case 'slow':
      from.pause()
      setTimeout(
        () => {
          hand(part)
          from.resume()
        },
        trouble.delay_ms + (part.length / trouble.bytes_per_second) * 1000,
      )
  }
}

/** Opens a proxy to a port. What a stall has swallowed is lost with its connection when the trouble ends. */
export async function openProxy(port: number): Promise<Proxy> {
  const pairs = new Set<Pair>()
  let trouble: Trouble | null = null
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port })
    const pair = { near, far, sent: 0 }
    pairs.add(pair)
    for (const socket of [near, far]) {
      socket.setNoDelay(true)
      socket.on('data', (part) => pass(pair, socket, Buffer.from(part), trouble))
      socket.on('error', () => cut(pair))
      socket.on('close', () => {
        cut(pair)
        pairs.delete(pair)
      })
    }
  })
  await new Promise<void>((ready) => {
    server.listen(0, '127.0.0.1', ready)
  })
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('the proxy has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    set(next) {
      // Whatever is under way is cut: its bytes may already be in the wrong place.
      for (const pair of pairs) cut(pair)
      trouble = next
    },
    stop() {
      server.close()
      for (const pair of pairs) cut(pair)
    },
  }
}
