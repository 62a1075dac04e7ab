import { expect, test } from 'bun:test'
import { shortMemory } from './short-memory.ts'

function counted(answer: (id: string) => Promise<string | null>) {
  const asked: string[] = []
  const clock = { now: 0 }
  const memory = shortMemory(
    () => clock.now,
    async (id) => {
      asked.push(id)
      return answer(id)
    },
  )
  return { asked, clock, memory }
}

test('a flood of what does not exist pushes out nothing that does', async () => {
  const { asked, memory } = counted(async (id) => (id === 'right' ? 'found' : null))
  await memory.get('right')
  for (let wrong = 0; wrong <= 10_000; wrong++) await memory.get(`wrong ${wrong}`)
  expect(await memory.get('right')).toBe('found')
  expect(asked.filter((id) => id === 'right')).toHaveLength(1)
})

test('the memory is bounded: the oldest answer makes room', async () => {
  const { asked, memory } = counted(async (id) => id)
  for (let at = 0; at <= 10_000; at++) await memory.get(`key ${at}`)
  await memory.get('key 1')
  expect(asked).toHaveLength(10_001)
  await memory.get('key 0')
  expect(asked).toHaveLength(10_002)
})

test('what does not exist is remembered for a second too', async () => {
  const { asked, clock, memory } = counted(async () => null)
  await memory.get('a')
  await memory.get('a')
  expect(asked).toEqual(['a'])
  clock.now += 1000
  await memory.get('a')
  expect(asked).toEqual(['a', 'a'])
})

test('an answer asked before forget() is not given to those who ask after it', async () => {
  const answers: ((answer: string) => void)[] = []
  const { memory } = counted(async () => new Promise<string>((resolve) => void answers.push(resolve)))
  const before = memory.get('a')
  memory.forget()
  const after = memory.get('a')
  await Bun.sleep(0)
  answers[1]?.('new')
  expect(await after).toBe('new')
  answers[0]?.('old')
  expect(await before).toBe('old')
  expect(await memory.get('a')).toBe('new')
})

test('a failure is not remembered', async () => {
  let fails = true
  const { memory } = counted(async () => {
    if (fails) throw new Error('away')
    return 'here'
  })
  expect(await memory.get('a').catch(String)).toBe('Error: away')
  fails = false
  expect(await memory.get('a')).toBe('here')
})
