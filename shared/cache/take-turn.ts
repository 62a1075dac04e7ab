import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { intervalOf, turnOf, type Bucket, type Turn } from './turns.ts'

/**
 * `standingOf` inside Redis, by its own clock: all buckets are asked, and moved on only if none refuses. Gives the wait
 * and the reset of each bucket, as text, since Redis makes whole numbers of numbers.
 */
const SCRIPT = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000
local refused, told, upto = false, {}, {}
for i = 1, #KEYS do
  local interval, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local worked_off = tonumber(redis.call('GET', KEYS[i]) or now)
  upto[i] = math.max(worked_off, now) + interval
  local wait = upto[i] - burst * interval - now
  if wait > 0 then refused = true end
  told[2 * i - 1], told[2 * i] = tostring(wait), tostring(upto[i] - now)
end
if not refused then
  for i = 1, #KEYS do redis.call('SET', KEYS[i], string.format('%.3f', upto[i]), 'PX', math.ceil(upto[i] - now)) end
end
return told`

const DIGEST = createHash('sha1').update(SCRIPT).digest('hex')

const isUnknown = (cause: unknown): boolean => cause instanceof Error && cause.message.startsWith('NOSCRIPT')

/** One round trip; the script is sent along the first time only. */
export async function takeTurn(redis: Redis, buckets: readonly Bucket[]): Promise<Turn> {
  const keys = buckets.map(({ key }) => key)
  const args = buckets.flatMap((bucket) => [String(intervalOf(bucket)), String(bucket.burst)])
  const told: unknown = await redis.evalsha(DIGEST, keys.length, ...keys, ...args).catch((cause: unknown) => {
    if (!isUnknown(cause)) throw cause
    return redis.eval(SCRIPT, keys.length, ...keys, ...args)
  })
  if (!Array.isArray(told)) throw new Error('Redis did not say whose turn it is')
  const numbers = told.map(Number)
  const standings = buckets.map((_, at) => ({
    wait_ms: numbers[2 * at] ?? 0,
    reset_ms: numbers[2 * at + 1] ?? 0,
  }))
  return turnOf(buckets, standings)
}
