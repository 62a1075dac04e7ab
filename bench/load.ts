import { makeBody } from './body.ts'

/** How the requests of a run look. */
export type Shape = {
  name: string
  spans: number
  bytes: number
  connections: number
  encoding: 'zstd' | 'identity'
}

/** What a run did. */
export type Load = { spans_per_second: number; spans: number; p50_ms: number; p99_ms: number }

/** Ready bodies: what it costs to make them is not the hub's. */
export function prepare({ spans, bytes, encoding }: Shape, requests: number): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: requests }, () => {
    const plain = new TextEncoder().encode(JSON.stringify(makeBody(spans, bytes)))
    return encoding === 'zstd' ? new Uint8Array(Bun.zstdCompressSync(plain, { level: 1 })) : plain
  })
}

const at = (sorted: number[], share: number) => sorted[Math.floor(sorted.length * share)] ?? 0

/** Sends the bodies over some connections as fast as they are answered; every answer must be 200. */
export async function send(api: string, shape: Shape, bodies: Uint8Array<ArrayBuffer>[]): Promise<Load> {
  const headers = {
    'content-type': 'application/json',
    'x-api-key': 'dev-key',
    ...(shape.encoding === 'zstd' ? { 'content-encoding': 'zstd' } : {}),
  }
  const waits: number[] = []
  let next = 0
  const client = async () => {
    while (next < bodies.length) {
      const body = bodies[next++]
      if (!body) return
      const sent = performance.now()
      const response = await fetch(`${api}/api/v1/ingest/traces`, { method: 'POST', headers, body })
      if (response.status !== 200)
        throw new Error(`the hub answered ${response.status}: ${await response.text()}`)
      await response.arrayBuffer()
      waits.push(performance.now() - sent)
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: shape.connections }, client))
  const seconds = (performance.now() - started) / 1000
  const spans = bodies.length * shape.spans
  const sorted = waits.toSorted((a, b) => a - b)
  return { spans_per_second: spans / seconds, spans, p50_ms: at(sorted, 0.5), p99_ms: at(sorted, 0.99) }
}
