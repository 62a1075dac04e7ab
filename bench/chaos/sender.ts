import { deadline } from '#shared/store/deadline.ts'

const TIMEOUT_MS = 10_000
/** Between two tries of a request that got no answer. */
export const PAUSE_MS = 50

/** What one client counted of its requests. */
export type Counted = {
  requests: number
  retries: number
  /** How often each kind of refusal or broken connection came. */
  answers: Map<string, number>
}

type Options = { key: string; doors: string[]; gateway: string; wrong: (what: string) => void }

/** Sends each request until it is acknowledged, at one door after the other, as a careful SDK does. */
export function openSender({ key, doors, gateway, wrong }: Options) {
  const counted: Counted = { requests: 0, retries: 0, answers: new Map<string, number>() }
  const count = (what: string) => counted.answers.set(what, (counted.answers.get(what) ?? 0) + 1)
  const headers = { 'content-type': 'application/json', 'x-api-key': key }

  async function attempt<Reply>(door: string, path: string, body: string): Promise<Reply | number> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      const asked = fetch(`${door}${path}`, { method: 'POST', headers, body, signal })
      // A fetch whose connection was cut does not always hear its own signal.
      const response = await deadline(asked, 2 * TIMEOUT_MS)
      if (response.status === 502 && door === gateway) {
        count('502 of the gateway')
        return PAUSE_MS
      }
      // Every answer of the API is a JSON object.
      const reply = (await deadline(response.json(), 2 * TIMEOUT_MS)) as Reply & { code?: string }
      if (response.ok) return reply
      count(`${response.status} ${reply.code}`)
      const retry_after = Number(response.headers.get('retry-after') ?? Number.NaN)
      if ((response.status === 503 || response.status === 429) && retry_after > 0) return retry_after * 1000
      wrong(`${path} answered ${response.status} ${reply.code}, Retry-After ${retry_after}`)
      return 1000
    } catch {
      count('no answer')
      return PAUSE_MS
    }
  }

  return {
    counted,
    /** Delivers a body, beginning at the door of that number. */
    async deliver<Reply extends object>(path: string, body: string, first: number): Promise<Reply> {
      counted.requests++
      for (let tries = first; ; tries++) {
        const reply = await attempt<Reply>(doors[tries % doors.length] ?? '', path, body)
        if (typeof reply !== 'number') return reply
        counted.retries++
        await Bun.sleep(reply)
      }
    },
  }
}
