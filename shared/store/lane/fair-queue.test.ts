import { expect, test } from 'bun:test'
import { fairQueue } from './fair-queue.ts'

const item = (project_no: number, raw_bytes = 1000) => ({ project_no, raw_bytes })

test('the projects are served in turn, however much one of them has waiting', () => {
  const queue = fairQueue(1_000_000)
  for (let sent = 0; sent < 10; sent++) queue.push(item(1))
  queue.push(item(2))
  expect(queue.take(3, 1_000_000).map(({ project_no }) => project_no)).toEqual([1, 2, 1])
})

test('one project fills no more than half, and the other half stays for the others', () => {
  const queue = fairQueue(100_000)
  let admitted = 0
  while (queue.push(item(1, 0))) admitted++
  expect(admitted).toBeLessThan(13)
  expect([queue.isFull(1), queue.isFull(2), queue.push(item(2))]).toEqual([true, false, true])
})

test('many small requests do not outgrow the bound by their number', () => {
  const queue = fairQueue(1_000_000)
  let admitted = 0
  while (queue.push(item(1, 0))) admitted++
  expect(admitted).toBeLessThan(130)
})

test('who may not go keeps its place, and does not hold up those behind it', () => {
  const queue = fairQueue(1_000_000)
  queue.push(item(1))
  queue.push(item(2))
  expect(queue.take(5, 1_000_000, (project_no) => project_no === 2)).toEqual([item(2)])
  expect(queue.take(5, 1_000_000)).toEqual([item(1)])
  expect([queue.isEmpty(), queue.bytes()]).toEqual([true, 0])
})
