import type { Dice } from './dice.ts'
import type { Trouble } from './proxy.ts'
import { NAMES, type Name } from './processes.ts'
import type { Stack } from './stack.ts'

/** One kind of fault: makes it, and returns once it has been taken away again. */
export type Fault = { name: string; strike: (stack: Stack, dice: Dice) => Promise<void> }

/** One of the processes that do the same is killed, which of them is chance. */
const killed = (what: string, ...names: Name[]): Fault => ({
  name: `kill -9 of ${what}`,
  async strike(stack, dice) {
    const name = names[dice.whole(0, names.length - 1)]
    if (!name) return
    await stack.kill(name)
    await stack.start(name)
  },
})

const signalled = (name: string, signal: NodeJS.Signals): Fault => ({
  name,
  async strike({ postgres }) {
    const before = postgres.postmaster()
    process.kill(before, signal)
    while ([0, before].includes(postgres.postmaster())) await Bun.sleep(20)
  },
})

const lanes = async ({ postgres }: Stack) =>
  postgres.sql<{ pid: number }[]>`select pid from pg_stat_activity where application_name = 'hub-lane'`

const troubled = (name: string, trouble: (dice: Dice) => Trouble): Fault => ({
  name,
  async strike({ proxies }, dice) {
    for (const proxy of proxies) proxy.set(trouble(dice))
    await Bun.sleep(dice.whole(1000, 2500))
    for (const proxy of proxies) proxy.set(null)
  },
})

const restarted = (name: string, which: ('nats' | 'redis')[], least: number, most: number): Fault => ({
  name,
  async strike(stack, dice) {
    for (const server of which) await stack[server].kill()
    await Bun.sleep(dice.whole(least, most))
    for (const server of which) await stack[server].start()
  },
})

export const FAULTS: Fault[] = [
  killed('one ingest of two', 'ingest_a', 'ingest_b'),
  killed('one decide of two', 'decide_a', 'decide_b'),
  killed('one notify of two', 'notify_a', 'notify_b'),
  killed('query', 'query'),
  killed('ui', 'ui'),
  killed('the gateway', 'gateway'),
  {
    name: 'ingest, decide or notify frozen for 1 to 4 s',
    async strike(stack, dice) {
      const doubled = stack.pids().filter(({ name }) => /_[ab]$/.test(name))
      const one = doubled[dice.whole(0, doubled.length - 1)]
      if (!one) return
      process.kill(one.pid, 'SIGSTOP')
      await Bun.sleep(dice.whole(1000, 4000))
      process.kill(one.pid, 'SIGCONT')
    },
  },
  {
    name: 'every process replaced, of each service one after the other',
    async strike(stack) {
      const second = NAMES.filter((name) => name.endsWith('_b'))
      const first = NAMES.filter((name) => !second.includes(name))
      for (const part of [first, second]) await Promise.all(part.map(stack.restart))
    },
  },
  signalled('kill -9 of the Postgres postmaster', 'SIGKILL'),
  signalled('Postgres stopped at once and started', 'SIGQUIT'),
  {
    name: 'kill -9 of a lane backend',
    async strike(stack) {
      const [lane] = await lanes(stack)
      if (lane) process.kill(lane.pid, 'SIGKILL')
    },
  },
  {
    name: 'lane sessions ended by Postgres',
    async strike({ postgres }) {
      await postgres.sql`
        select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'hub-lane'`
    },
  },
  {
    name: 'Postgres frozen for 2 to 8 s',
    async strike({ postgres }, dice) {
      const family = postgres.family()
      for (const pid of family) process.kill(pid, 'SIGSTOP')
      await Bun.sleep(dice.whole(2000, 8000))
      for (const pid of family) process.kill(pid, 'SIGCONT')
    },
  },
  {
    name: 'kill -9 of the read replica',
    async strike({ replica }) {
      await replica.kill()
      await replica.start()
    },
  },
  {
    name: 'read replica lags behind for 1 to 4 s',
    async strike({ replica }, dice) {
      await replica.pause()
      await Bun.sleep(dice.whole(1000, 4000))
      await replica.resume()
    },
  },
  {
    name: 'receiver of webhooks away',
    async strike({ receiver }, dice) {
      receiver.setAway(true)
      await Bun.sleep(dice.whole(500, 2500))
      receiver.setAway(false)
    },
  },
  restarted('NATS restarted', ['nats'], 0, 300),
  restarted('Redis restarted', ['redis'], 0, 300),
  restarted('NATS and Redis gone', ['nats', 'redis'], 1500, 3000),
  troubled('slow network', (dice) => ({
    kind: 'slow',
    delay_ms: dice.whole(50, 300),
    bytes_per_second: 20_000,
  })),
  troubled('stalled connections', () => ({ kind: 'stall' })),
  troubled('half-sent requests', (dice) => ({ kind: 'half-sent', bytes: dice.whole(100, 1500) })),
  troubled('answers lost', () => ({ kind: 'answer lost' })),
]
