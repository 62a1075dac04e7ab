import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Type as t } from '@sinclair/typebox'
import { Redis } from 'ioredis'
import { testLog } from '../testing/log.ts'
import { suiteThatNeeds } from '../testing/require.ts'
import { testRedis } from '../testing/server.ts'
import { until } from '../testing/until.ts'
import type { Cache } from './cache.ts'
import { memoryCache } from './memory.ts'
import { redisCache } from './redis.ts'
import { remember } from './remember.ts'

const LONG_MS = 60_000

/** What every cache does, whatever stands behind it. */
function shared(kind: string, open: () => Promise<Cache>) {
  const key = () => `key ${crypto.randomUUID()}`

  test(`${kind}: gives back the very text that was set last, and null for what was not`, async () => {
    const cache = await open()
    const [mine, other] = [key(), key()]
    for (const text of ['first', '', '{"a":"환불 \\u0000 🙂"}']) {
      await cache.set(mine, text, LONG_MS)
      expect(await cache.get(mine)).toBe(text)
    }
    expect(await cache.get(other)).toBeNull()
  })

  test(`${kind}: forgets a text when its time is over, and not before`, async () => {
    const cache = await open()
    const mine = key()
    const before = performance.now()
    await cache.set(mine, 'short', 200)
    expect(await cache.get(mine)).toBe('short')
    await until('it is forgotten', async () => (await cache.get(mine)) === null)
    expect(performance.now() - before).toBeGreaterThan(150)
  })

  test(`${kind}: counts from one, each key for itself, also when many count at once`, async () => {
    const cache = await open()
    const [mine, other] = [key(), key()]
    const counts = await Promise.all(Array.from({ length: 50 }, () => cache.increment(mine, LONG_MS)))
    expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1))
    expect(await cache.increment(other, LONG_MS)).toBe(1)
  })

  test(`${kind}: a count begins anew so long after its first, however often it was raised`, async () => {
    const cache = await open()
    const mine = key()
    expect(await cache.increment(mine, 200)).toBe(1)
    const took = await until('it begins anew', async () => (await cache.increment(mine, 200)) === 1)
    expect(took).toBeGreaterThan(100)
    expect(took).toBeLessThan(2000)
  })

  test(`${kind}: a bucket gives its burst at once, then nothing, and says when the next turn is`, async () => {
    const cache = await open()
    const bucket = { key: key(), per_minute: 60, burst: 3 }
    const turns = []
    for (let nth = 0; nth < 4; nth++) turns.push(await cache.take([bucket]))
    expect(turns.map(({ allowed, remaining, limit }) => [allowed, remaining, limit])).toEqual([
      [true, 2, 3],
      [true, 1, 3],
      [true, 0, 3],
      [false, 0, 3],
    ])
    expect(turns[3]?.retry_ms).toBeGreaterThan(0)
    expect(turns[3]?.retry_ms).toBeLessThanOrEqual(1000)
    expect((await cache.take([{ ...bucket, key: key() }])).allowed).toBe(true)
  })

  test(`${kind}: who asks too early does not put off the turn, which comes when it was said to`, async () => {
    const cache = await open()
    const bucket = { key: key(), per_minute: 300, burst: 1 }
    expect((await cache.take([bucket])).allowed).toBe(true)
    const waits = []
    for (let nth = 0; nth < 5; nth++) waits.push(await cache.take([bucket]))
    expect(waits.filter(({ allowed }) => allowed)).toEqual([])
    await Bun.sleep((waits.at(-1)?.retry_ms ?? 0) + 5)
    expect((await cache.take([bucket])).allowed).toBe(true)
  })

  test(`${kind}: a turn needs all its buckets; the one that refuses costs the others nothing`, async () => {
    const cache = await open()
    const [narrow, wide] = [
      { key: key(), per_minute: 60, burst: 1 },
      { key: key(), per_minute: 60, burst: 100 },
    ]
    expect((await cache.take([narrow, wide])).allowed).toBe(true)
    for (let nth = 0; nth < 10; nth++) {
      expect(await cache.take([narrow, wide])).toMatchObject({ allowed: false, limit: 1 })
    }
    expect((await cache.take([wide])).remaining).toBeGreaterThanOrEqual(98)
  })

  test(`${kind}: of fifty at once as many get a turn as the burst has`, async () => {
    const cache = await open()
    const bucket = { key: key(), per_minute: 1, burst: 20 }
    const turns = await Promise.all(Array.from({ length: 50 }, () => cache.take([bucket])))
    expect(turns.filter(({ allowed }) => allowed)).toHaveLength(20)
  })

  test(`${kind}: remember() makes once and gives it again; what does not fit the schema is made anew`, async () => {
    const cache = await open()
    const what = { key: key(), ttl_ms: LONG_MS, schema: t.Object({ traces: t.Integer() }) }
    let made = 0
    const ask = async () => remember(cache, what, async () => ({ traces: ++made }))
    expect([await ask(), await ask()]).toEqual([{ traces: 1 }, { traces: 1 }])
    for (const foreign of ['{"traces":"1"}', '{', 'null']) {
      const before = made
      await cache.set(what.key, foreign, LONG_MS)
      expect(await ask()).toEqual({ traces: before + 1 })
    }
  })

  test(`${kind}: remember() keeps no failure`, async () => {
    const cache = await open()
    const what = { key: key(), ttl_ms: LONG_MS, schema: t.String() }
    const failing = remember(cache, what, async () => Promise.reject(new Error('away')))
    expect(failing).rejects.toThrow('away')
    await failing.catch(() => {})
    expect(await remember(cache, what, async () => 'here')).toBe('here')
  })
}

shared('memory', async () => memoryCache(Date.now))

test('memory: it is bounded; what was not used for longest makes room, and what never fits is not kept', async () => {
  const cache = memoryCache(Date.now, 10_000)
  const text = 'x'.repeat(1000)
  for (const key of ['a', 'b', 'c', 'd']) await cache.set(key, text, LONG_MS)
  expect(await cache.get('a')).toBe(text)
  await cache.set('e', text, LONG_MS)
  const kept = []
  for (const key of ['a', 'b', 'c', 'd', 'e']) if ((await cache.get(key)) !== null) kept.push(key)
  expect(kept).toEqual(['a', 'c', 'd', 'e'])
  await cache.set('huge', 'x'.repeat(10_000), LONG_MS)
  expect(await cache.get('huge')).toBeNull()
  expect(await cache.get('a')).toBe(text)
})

test('memory: a clock that is set back brings nothing back to life', async () => {
  let now = 10_000
  const cache = memoryCache(() => now)
  await cache.set('a', 'text', 1000)
  now = 5000
  expect(await cache.get('a')).toBeNull()
})

suiteThatNeeds('redis', 'the cache over Redis', () => {
  const server = testRedis()
  const stops: (() => Promise<void>)[] = []
  beforeAll(server.start)
  afterAll(async () => {
    for (const stop of stops) await stop()
    await server.stop()
  })

  async function open(url = server.url) {
    const { log, told } = testLog()
    const cache = await redisCache(url, Date.now, log)
    stops.push(cache.stop)
    return { cache, told }
  }

  async function ownRedis() {
    const own = testRedis()
    stops.push(own.stop)
    await own.start()
    return own
  }

  /** How long the slowest of some answers took. */
  async function slowest(answers: (() => Promise<unknown>)[]): Promise<number> {
    const times = await Promise.all(
      answers.map(async (answer) => {
        const since = performance.now()
        await answer()
        return performance.now() - since
      }),
    )
    return Math.max(...times)
  }

  shared('Redis', async () => (await open()).cache)

  test('Redis: processes share what they keep and count', async () => {
    const [one, other] = [(await open()).cache, (await open()).cache]
    await one.set('shared', 'text', LONG_MS)
    expect(await other.get('shared')).toBe('text')
    expect([await one.increment('count', LONG_MS), await other.increment('count', LONG_MS)]).toEqual([1, 2])
  })

  test('Redis: processes share a bucket, and each goes on alone when Redis is away', async () => {
    const own = await ownRedis()
    const [one, other] = [(await open(own.url)).cache, (await open(own.url)).cache]
    const bucket = { key: 'bucket', per_minute: 1, burst: 4 }
    const turns = []
    for (const cache of [one, other, one, other, one]) turns.push(await cache.take([bucket]))
    expect(turns.map(({ allowed }) => allowed)).toEqual([true, true, true, true, false])
    await own.kill()
    for (const cache of [one, other]) {
      const alone = await Promise.all(Array.from({ length: 6 }, () => cache.take([bucket])))
      expect(alone.filter(({ allowed }) => allowed)).toHaveLength(4)
    }
  })

  test('Redis: every key has the prefix of the hub and an end', async () => {
    const { cache } = await open()
    await cache.set('text', 'x', LONG_MS)
    await cache.increment('counted', LONG_MS)
    const redis = new Redis(server.url)
    for (const key of ['hub:text', 'hub:counted']) {
      const left = await redis.pttl(key)
      expect(left).toBeGreaterThan(LONG_MS - 5000)
      expect(left).toBeLessThanOrEqual(LONG_MS)
    }
    redis.disconnect()
  })

  test('Redis emptied: what was there is made again, nothing fails and nobody is told of an outage', async () => {
    const own = await ownRedis()
    const { cache, told } = await open(own.url)
    await cache.set('a', 'text', LONG_MS)
    const redis = new Redis(own.url)
    await redis.flushall()
    redis.disconnect()
    expect(await cache.get('a')).toBeNull()
    expect(await cache.increment('a', LONG_MS)).toBe(1)
    expect(told('Redis is away')).toBe(0)
  })

  test('Redis away at the start: the process goes on with a cache of its own, and finds Redis when it comes', async () => {
    const late = testRedis()
    stops.push(late.stop)
    const before = performance.now()
    const { cache, told } = await open(late.url)
    expect(performance.now() - before).toBeLessThan(1500)
    expect(await slowest([() => cache.set('a', 'own', LONG_MS)])).toBeLessThan(100)
    expect(await cache.get('a')).toBe('own')
    await late.start()
    await until('Redis is found', () => told('Redis is back') === 1)
    await cache.set('a', 'shared', LONG_MS)
    const redis = new Redis(late.url)
    expect(await redis.get('hub:a')).toBe('shared')
    redis.disconnect()
    expect(told('Redis is away')).toBe(1)
  })

  test('Redis that hangs costs a request at most 100 ms, once; then the process has a cache of its own', async () => {
    const own = await ownRedis()
    const { cache, told } = await open(own.url)
    await cache.set('a', 'before', LONG_MS)
    own.freeze()
    const at_once = [
      () => cache.get('a'),
      () => cache.set('b', 'own', LONG_MS),
      () => cache.increment('c', LONG_MS),
    ]
    expect(await slowest(at_once)).toBeLessThan(100)
    const later = Array.from({ length: 200 }, () => () => cache.get('b'))
    expect(await slowest(later)).toBeLessThan(20)
    expect(await cache.get('b')).toBe('own')
    expect(await cache.increment('c', LONG_MS)).toBe(2)
    expect(told('Redis is away')).toBe(1)
    own.thaw()
    await until('Redis is asked again', async () => (await cache.get('a')) === 'before')
    expect(told('Redis is back')).toBe(1)
  })

  test('Redis killed and restarted under use: nothing fails, and each outage is told once', async () => {
    const own = await ownRedis()
    const { cache, told } = await open(own.url)
    for (let round = 1; round <= 2; round++) {
      await own.kill()
      for (let at = 0; at < 100; at++) {
        const took = await slowest([() => cache.set(`key ${at}`, 'text', LONG_MS)])
        expect(took).toBeLessThan(100)
        expect(await cache.get(`key ${at}`)).toBe('text')
      }
      await own.start()
      await until('Redis is back', async () => {
        await cache.get('any')
        return told('Redis is back') === round
      })
    }
    expect(told('Redis is away')).toBe(2)
  })

  test('Redis that refuses to write (full, a replica) is an outage, not a failure', async () => {
    const own = await ownRedis()
    const { cache, told } = await open(own.url)
    const redis = new Redis(own.url)
    await redis.config('SET', 'maxmemory', '1')
    await cache.set('a', 'own', LONG_MS)
    expect(await cache.get('a')).toBe('own')
    expect(await cache.increment('b', LONG_MS)).toBe(1)
    // It answers questions all the while, which makes it no better.
    await Bun.sleep(2500)
    expect(await cache.get('a')).toBe('own')
    expect([told('Redis is away'), told('Redis is back')]).toEqual([1, 0])
    await redis.config('SET', 'maxmemory', '0')
    await until('Redis is back', () => told('Redis is back') === 1)
    redis.disconnect()
  })
})
