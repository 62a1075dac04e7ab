import { Trouble } from './trouble.ts'
import type { Request } from './wire.ts'

/** What the hub has answered so far. */
export type Totals = {
  requests: number
  accepted: number
  duplicates: number
  evaluations: number
  /** Items that the hub did not take, as it says it. */
  rejected: string[]
  /** Times that the hub asked to wait. */
  waits: number
}

export type Post = (request: Request) => Promise<void>

const PATIENCE_MS = 120_000
const ANSWER_MS = 60_000

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** Seconds or a date, as HTTP allows; one second when the hub does not say. */
function readRetryAfter(text: string | null, now: number): number {
  if (text === null) return 1000
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isNaN(ms) ? 1000 : Math.min(Math.max(ms, 100), 30_000)
}

const rejectedIn = (answer: Record<string, unknown>): string[] =>
  Array.isArray(answer['rejected'])
    ? answer['rejected']
        .filter(isRecord)
        .map(({ id, code, detail }) => `${String(id)}: ${String(code)}, ${String(detail)}`)
    : []

async function refuse(base: string, path: string, response: Response): Promise<never> {
  const text = await response.text()
  let said = text.slice(0, 200)
  try {
    const answer: unknown = JSON.parse(text)
    if (isRecord(answer)) said = `${String(answer['code'])}: ${JSON.stringify(answer['detail'])}`
  } catch {
    // Whatever listens there does not speak JSON: its own words are shown.
  }
  const hint =
    response.status === 401 || response.status === 403
      ? ' Set TRACEHUB_API_KEY to a key of your project.'
      : ''
  throw new Trouble(`POST ${base}${path} answered ${response.status} ${said}.${hint}`)
}

/** A client of the hub: bodies go as zstd; 429 and 503 are waited out as Retry-After says, by all senders together. */
export function hubClient({ base, key }: { base: string; key: string }): { post: Post; totals: Totals } {
  const totals: Totals = { requests: 0, accepted: 0, duplicates: 0, evaluations: 0, rejected: [], waits: 0 }
  let resume_at = 0
  let has_answered = false

  const attempt = (path: string, body: Uint8Array<ArrayBuffer>) =>
    fetch(`${base}${path}`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json', 'content-encoding': 'zstd' },
      body,
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch((cause: unknown) => {
      if (!has_answered) {
        throw new Trouble(
          `No hub answers at ${base}: start one with "npm start", or set TRACEHUB_BASE_URL.`,
          { cause },
        )
      }
      return null
    })

  function note(path: string, answer: unknown): void {
    totals.requests++
    if (path === '/api/v1/evals') totals.evaluations++
    if (!isRecord(answer)) return
    totals.accepted += numberOf(answer['accepted'])
    totals.duplicates += numberOf(answer['duplicates'])
    totals.rejected.push(...rejectedIn(answer))
  }

  /** What was not answered may have been stored: sending it again is harmless, by its idempotency keys. */
  async function post({ path, body }: Request): Promise<void> {
    const bytes = new Uint8Array(Bun.zstdCompressSync(JSON.stringify(body)))
    const give_up_at = Date.now() + PATIENCE_MS
    for (;;) {
      const pause = resume_at - Date.now()
      if (pause > 0) await Bun.sleep(pause)
      const response = await attempt(path, bytes)
      has_answered = true
      if (response?.ok) return note(path, await response.json())
      if (response?.status === 409)
        return void totals.rejected.push(`${path}: ${(await response.text()).slice(0, 200)}`)
      if (response && response.status !== 429 && response.status !== 503) return refuse(base, path, response)
      if (Date.now() > give_up_at)
        throw new Trouble(`The hub at ${base} took nothing for two minutes; gave up.`)
      totals.waits++
      await response?.body?.cancel()
      const now = Date.now()
      resume_at = Math.max(resume_at, now + readRetryAfter(response?.headers.get('retry-after') ?? null, now))
    }
  }
  return { post, totals }
}
