import { prepare } from '../load.ts'

/** What was offered and what came of it. */
export type Offered = {
  offered: number
  /** Not even sent: all sockets were busy at their time. */
  no_socket: number
  statuses: Record<string, number>
  /** Traces whose request was answered 200, and those that were refused. */
  accepted: string[]
  refused: string[]
  waits: number[]
  without_retry_after: number
}

const SOCKETS = 1500
const BODIES = 600
const SPANS = 20
const SHAPE = { name: '', spans: SPANS, bytes: 2000, connections: 0, encoding: 'identity' as const }

/** Distinct requests made from ready bytes: only the id of the trace is new each time, put where the old one stood. */
function bodyMaker(): () => { trace_id: string; body: Uint8Array<ArrayBuffer> } {
  const ready = prepare(SHAPE, BODIES).map((bytes) => {
    const text = Buffer.from(bytes)
    const old = /"trace_id":"([^"]+)"/.exec(text.toString())?.[1] ?? ''
    const places: number[] = []
    for (let at = text.indexOf(old); at >= 0; at = text.indexOf(old, at + 1)) places.push(at)
    return { bytes, places }
  })
  const ascii = new TextEncoder()
  let next = 0
  return () => {
    const trace_id = crypto.randomUUID()
    const { bytes, places } = ready[next++ % ready.length] ?? { bytes: new Uint8Array(), places: [] }
    const body = bytes.slice()
    const id = ascii.encode(trace_id)
    for (const place of places) body.set(id, place)
    return { trace_id, body }
  }
}

/** Sends at a pace whatever the answers: a request goes at its time, unless every socket is taken. */
export async function offer(
  url: string,
  key: string,
  per_second: number,
  ended: () => boolean,
): Promise<Offered> {
  const make = bodyMaker()
  const done: Offered = {
    ...{
      offered: 0,
      no_socket: 0,
      statuses: {},
      accepted: [],
      refused: [],
      waits: [],
      without_retry_after: 0,
    },
  }
  const underway = new Set<Promise<void>>()
  const send = async () => {
    const { trace_id, body } = make()
    const sent = performance.now()
    try {
      const response = await fetch(`${url}/api/v1/ingest/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body,
      })
      await response.arrayBuffer()
      done.statuses[response.status] = (done.statuses[response.status] ?? 0) + 1
      if (response.ok) {
        done.accepted.push(trace_id)
        done.waits.push(performance.now() - sent)
      } else {
        done.refused.push(trace_id)
        if (!response.headers.has('retry-after')) done.without_retry_after++
      }
    } catch {
      done.statuses['no answer'] = (done.statuses['no answer'] ?? 0) + 1
    }
  }
  const started = performance.now()
  while (!ended()) {
    const due = ((performance.now() - started) / 1000) * per_second
    for (; done.offered < due; done.offered++) {
      if (underway.size >= SOCKETS) {
        done.no_socket++
        continue
      }
      const one: Promise<void> = send().finally(() => underway.delete(one))
      underway.add(one)
    }
    await Bun.sleep(1)
  }
  await Promise.all(underway)
  return done
}
