import { expect, test } from 'bun:test'
import { jsonLog } from '../log.ts'
import { until } from '../testing/until.ts'
import { repeat } from './repeat.ts'

/** A log, and what it was told. */
function listening() {
  const lines: string[] = []
  return { log: jsonLog((line) => void lines.push(line)), lines }
}

test('a chore that fails goes on, and is told once until it has worked again', async () => {
  const { log, lines } = listening()
  let times = 0
  const chore = repeat(log, {
    pause_ms: 1,
    failed: 'it could not be done',
    work() {
      times++
      return times <= 3 || times > 5 ? Promise.reject(new Error('away')) : Promise.resolve()
    },
  })
  await until('it was done eight times', () => times >= 8)
  await chore.stop()
  expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
    'it could not be done',
    'it could not be done',
  ])
})

test('what a chore says is the pause before it is done again', async () => {
  const { log } = listening()
  const times: number[] = []
  const chore = repeat(log, {
    first_ms: 0,
    pause_ms: 60_000,
    failed: '',
    work() {
      times.push(performance.now())
      return Promise.resolve(times.length < 3 ? 1 : undefined)
    },
  })
  await until('it was done three times', () => times.length === 3)
  await Bun.sleep(20)
  await chore.stop()
  expect(times).toHaveLength(3)
})

test('a stop waits for what is under way, tells it, and nothing is done after it', async () => {
  const { log } = listening()
  let [ended, times] = [false, 0]
  const chore = repeat(log, {
    first_ms: 0,
    pause_ms: 0,
    failed: '',
    async work(stopping) {
      times++
      while (!stopping()) await Bun.sleep(1)
      ended = true
    },
  })
  await until('it began', () => times === 1)
  await chore.stop()
  expect(ended).toBe(true)
  await Bun.sleep(20)
  expect(times).toBe(1)
})
