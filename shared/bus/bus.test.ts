import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from '@nats-io/transport-node'
import { testLog } from '../testing/log.ts'
import { suiteThatNeeds } from '../testing/require.ts'
import { testNats } from '../testing/server.ts'
import { until } from '../testing/until.ts'
import type { Bus } from './bus.ts'
import { memoryBus } from './memory.ts'
import { natsBus } from './nats.ts'

const KEY = 'key.changed.v1'

/** Notes what is heard, in order. */
function ear(bus: Bus) {
  const heard: string[] = []
  const stop = bus.subscribe(KEY, ({ project_id }) => void heard.push(project_id))
  return { heard, stop }
}

/** What every bus does, whatever stands behind it. */
function shared(kind: string, open: () => Promise<{ bus: Bus; told: (message: string) => number }>) {
  test(`${kind}: its own process hears a notice at once, in order, each hearer exactly once`, async () => {
    const { bus } = await open()
    const [one, other] = [ear(bus), ear(bus)]
    for (const project_id of ['a', 'b']) bus.publish(KEY, { project_id })
    expect([one.heard, other.heard]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
    // Nothing comes back from a server either.
    await Bun.sleep(50)
    expect([one.heard, other.heard]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  test(`${kind}: who has unsubscribed hears nothing more, and nobody else is cut off`, async () => {
    const { bus } = await open()
    const hear: string[] = []
    const note = ({ project_id }: { project_id: string }) => void hear.push(project_id)
    const [stop] = [bus.subscribe(KEY, note), bus.subscribe(KEY, note)]
    stop()
    stop()
    bus.publish(KEY, { project_id: 'a' })
    expect(hear).toEqual(['a'])
  })

  test(`${kind}: a hearer that throws is logged, and disturbs neither the publisher nor its neighbours`, async () => {
    const { bus, told } = await open()
    bus.subscribe(KEY, () => {
      throw new Error('deaf')
    })
    const { heard } = ear(bus)
    bus.publish(KEY, { project_id: 'a' })
    expect(heard).toEqual(['a'])
    expect(told('a hearer of the bus failed')).toBe(1)
  })

  test(`${kind}: a notice that nobody waits for is nothing`, async () => {
    const { bus } = await open()
    expect(() => bus.publish(KEY, { project_id: 'a' })).not.toThrow()
  })
}

shared('memory', async () => {
  const { log, told } = testLog()
  return { bus: memoryBus(log), told }
})

suiteThatNeeds('nats', 'the bus over NATS', () => {
  const server = testNats()
  const stops: (() => Promise<void>)[] = []
  beforeAll(server.start)
  afterAll(async () => {
    for (const stop of stops) await stop()
    await server.stop()
  })

  async function open(url = server.url) {
    const { log, told, entries } = testLog()
    const bus = await natsBus(url, log)
    stops.push(bus.stop)
    return { bus, told, entries }
  }

  /** Publishes again and again, as a busy hub would, until the other side hears. */
  const untilHeard = async (bus: Bus, heard: string[], project_id: string) =>
    until(`${project_id} is heard`, () => {
      bus.publish(KEY, { project_id })
      return heard.includes(project_id)
    })

  shared('NATS', () => open())

  test('NATS: another process hears each notice exactly once, in order', async () => {
    const [one, other] = [await open(), await open()]
    const { heard } = ear(other.bus)
    await untilHeard(one.bus, heard, 'ready')
    const sent = Array.from({ length: 500 }, (_, at) => `n${at}`)
    for (const project_id of sent) one.bus.publish(KEY, { project_id })
    await until('the last is heard', () => heard.includes('n499'))
    expect(heard.filter((project_id) => project_id !== 'ready')).toEqual(sent)
  })

  test('NATS: what is no notice is counted and heard by nobody, a newer hub may say more', async () => {
    const { bus, told } = await open()
    const { heard } = ear(bus)
    const stranger = await connect({ servers: server.url })
    for (const said of ['{', '', '7', '{}', '{"project_id":7}', `{"project_id":"${'x'.repeat(65)}"}`]) {
      stranger.publish(KEY, said)
    }
    stranger.publish(KEY, new Uint8Array([0x22, 0xff, 0x22]))
    stranger.publish(KEY, '{"project_id":"good","since":2}')
    await until('the good one is heard', () => heard.length > 0)
    expect(heard).toEqual(['good'])
    // Seven of them, told at the first, second and fourth.
    expect(told('what came over NATS is no notice')).toBe(3)
    await stranger.close()
  })

  test('NATS away at the start: the hub starts, hears itself, and finds NATS when it comes', async () => {
    const late = testNats()
    stops.push(late.stop)
    const before = performance.now()
    const [one, other] = await Promise.all([open(late.url), open(late.url)])
    expect(performance.now() - before).toBeLessThan(2000)
    const { heard } = ear(one.bus)
    one.bus.publish(KEY, { project_id: 'alone' })
    expect(heard).toEqual(['alone'])
    await late.start()
    await untilHeard(other.bus, heard, 'found')
    expect(heard.filter((project_id) => project_id === 'alone')).toHaveLength(1)
    expect(one.told('NATS cannot be reached')).toBe(1)
    expect(one.told('NATS is back')).toBe(1)
  })

  test('NATS killed and restarted under use: nothing throws, own hearers miss nothing, the others hear again', async () => {
    const frail = testNats()
    stops.push(frail.stop)
    await frail.start()
    const [one, other] = [await open(frail.url), await open(frail.url)]
    const [near, far] = [ear(one.bus), ear(other.bus)]
    await untilHeard(one.bus, far.heard, 'ready')
    for (let round = 1; round <= 3; round++) {
      await frail.kill()
      near.heard.length = 0
      for (let at = 0; at < 100; at++) {
        one.bus.publish(KEY, { project_id: `lost${round}` })
        if (at % 20 === 0) await Bun.sleep(5)
      }
      expect(near.heard).toHaveLength(100)
      expect(far.heard).not.toContain(`lost${round}`)
      await until('the outage is noticed', () => one.told('NATS went away') === round)
      await frail.start()
      await untilHeard(one.bus, far.heard, `back${round}`)
    }
    expect(one.told('NATS is back')).toBe(3)
  })

  test('NATS that hangs: publishing takes no time and little memory; what was kept is heard late', async () => {
    const slow = testNats()
    stops.push(slow.stop)
    await slow.start()
    const [one, other] = [await open(slow.url), await open(slow.url)]
    const [near, far] = [ear(one.bus), ear(other.bus)]
    await untilHeard(one.bus, far.heard, 'ready')
    slow.freeze()
    const sent = 50_000
    near.heard.length = 0
    const before = performance.now()
    for (let at = 0; at < sent; at++) one.bus.publish(KEY, { project_id: `late${at}`.padEnd(60, '.') })
    expect((performance.now() - before) / sent).toBeLessThan(0.05)
    expect(near.heard).toHaveLength(sent)
    expect(one.told('NATS does not answer')).toBe(1)
    slow.thaw()
    await untilHeard(one.bus, far.heard, 'again')
    const late = far.heard.filter((project_id) => project_id.startsWith('late'))
    expect(late[0]).toMatch(/^late0\./)
    // A megabyte of them went out, the rest was dropped.
    expect(late.length).toBeGreaterThan(1000)
    expect(late.length).toBeLessThan(sent / 2)
    expect(one.told('NATS is back')).toBe(1)
  })

  test('NATS: a password is taken as it is, with the digits and signs that are in it', async () => {
    const locked = testNats(['--user', 'hub', '--pass', 'a:4711@b'])
    stops.push(locked.stop)
    await locked.start()
    const address = new URL(locked.url)
    const opened = await open(`nats://hub:${encodeURIComponent('a:4711@b')}@${address.host}`)
    const other = await open(`nats://hub:${encodeURIComponent('a:4711@b')}@${address.host}`)
    const { heard } = ear(other.bus)
    await untilHeard(opened.bus, heard, 'let in')
    const shut_out = await open(`nats://hub:wrong@${address.host}`)
    expect(shut_out.told('NATS cannot be reached')).toBe(1)
  })

  test('NATS: stopping sends what was published, and a stopped bus throws nothing', async () => {
    const [one, other] = [await open(), await open()]
    const { heard } = ear(other.bus)
    await untilHeard(one.bus, heard, 'ready')
    one.bus.publish(KEY, { project_id: 'last words' })
    await one.bus.stop()
    one.bus.publish(KEY, { project_id: 'ghost' })
    await until('the last words are heard', () => heard.includes('last words'))
    await Bun.sleep(50)
    expect(heard).not.toContain('ghost')
    expect(one.entries()).toEqual([])
  })
})
