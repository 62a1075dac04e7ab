import { quantile } from '../figures.ts'

/** How long answers took, in milliseconds from when they were due, and how many requests were sent a second. */
export type Paced = { p50: number; p99: number; per_second: number }

/**
 * Sends bodies at a pace that does not wait for answers: each is due at its time, and what a slow answer delays counts
 * from there. Every answer must be 200.
 */
export async function pace(url: string, bodies: readonly string[], per_second: number): Promise<Paced> {
  const headers = { 'content-type': 'application/json', 'x-api-key': 'dev-key' }
  const took: number[] = []
  const started = performance.now()
  const dueAt = (index: number) => started + (index * 1000) / per_second
  const send = async (body: string, due: number) => {
    const response = await fetch(url, { method: 'POST', headers, body })
    const text = await response.text()
    if (response.status !== 200) throw new Error(`answered ${response.status}: ${text}`)
    took.push(performance.now() - due)
  }
  const sent: Promise<void>[] = []
  for (let index = 0; index < bodies.length;) {
    const now = performance.now()
    for (; index < bodies.length && dueAt(index) <= now; index++) {
      const one = send(bodies[index] ?? '', dueAt(index))
      // It is waited for below, when all are on their way.
      one.catch(() => {})
      sent.push(one)
    }
    await Bun.sleep(1)
  }
  const seconds = (performance.now() - started) / 1000
  await Promise.all(sent)
  return { p50: quantile(took, 0.5), p99: quantile(took, 0.99), per_second: bodies.length / seconds }
}
