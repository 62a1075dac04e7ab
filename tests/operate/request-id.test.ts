import { afterAll, expect, test } from 'bun:test'
import { openUi } from '../ui/open-ui.ts'

const hub = await openUi()
afterAll(hub.stop)

test('a page that fails is logged under the id that its answer carries', async () => {
  hub.setAway(true)
  const answer = await hub.get('/projects', { 'x-request-id': 'mine-1' })
  hub.setAway(false)
  expect(answer.status).toBeGreaterThanOrEqual(500)
  expect(answer.headers.get('x-request-id')).toBe('mine-1')
  const entry = hub.deps.logged.find((line) => line.includes('a page could not be shown'))
  expect(entry).toContain('"request_id":"mine-1"')
})

test('a page that is shown logs nothing and needs no id', async () => {
  const before = hub.deps.logged.length
  expect((await hub.get('/projects')).status).toBe(200)
  expect(hub.deps.logged.length).toBe(before)
})
