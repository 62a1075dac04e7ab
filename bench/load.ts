import { makeBody, type About, type BenchBody } from './body.ts'
import { quantile } from './figures.ts'

/** How the requests of a run look. */
export type Shape = {
  name: string
  spans: number
  bytes: number
  connections: number
  encoding: 'zstd' | 'identity'
  /** What its traces are besides. */
  about?: About
  /** Where it goes and as what, when not to the JSON door. */
  door?: { path: string; type: string; encode: (body: BenchBody) => Uint8Array }
}

/** What a run did. */
export type Load = {
  spans_per_second: number
  spans: number
  /** CPU time of this process, which is the client, for each span. */
  client_us: number
  p50_ms: number
  p99_ms: number
}

type Bodies = Uint8Array<ArrayBuffer>[]

/** Ready bodies: what it costs to make them is not the hub's. */
export function prepare({ spans, bytes, encoding, door, about }: Shape, requests: number): Bodies {
  return Array.from({ length: requests }, () => {
    const body = makeBody(spans, bytes, about)
    const plain = door ? new Uint8Array(door.encode(body)) : new TextEncoder().encode(JSON.stringify(body))
    return encoding === 'zstd' ? new Uint8Array(Bun.zstdCompressSync(plain, { level: 1 })) : plain
  })
}

/**
 * Sends the bodies over some connections, as fast as they are answered or, when `per_second` is given, at that pace;
 * every answer must be 200.
 */
export async function send(url: string, shape: Shape, bodies: Bodies, per_second?: number): Promise<Load> {
  const headers = {
    'content-type': shape.door?.type ?? 'application/json',
    'x-api-key': 'dev-key',
    ...(shape.encoding === 'zstd' ? { 'content-encoding': 'zstd' } : {}),
  }
  const waits: number[] = []
  const started = performance.now()
  const cpu = process.cpuUsage()
  let next = 0
  const client = async () => {
    while (next < bodies.length) {
      const index = next++
      const body = bodies[index]
      if (!body) return
      if (per_second !== undefined) {
        const early = started + (index * 1000) / per_second - performance.now()
        if (early > 0) await Bun.sleep(early)
      }
      const sent = performance.now()
      const response = await fetch(`${url}${shape.door?.path ?? '/api/v1/ingest/traces'}`, {
        method: 'POST',
        headers,
        body,
      })
      if (response.status !== 200) throw new Error(`answered ${response.status}: ${await response.text()}`)
      await response.arrayBuffer()
      waits.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: shape.connections }, client))
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const spans = bodies.length * shape.spans
  return {
    spans_per_second: spans / seconds,
    spans,
    client_us: (user + system) / spans,
    p50_ms: quantile(waits, 0.5),
    p99_ms: quantile(waits, 0.99),
  }
}
