import { afterAll, expect, test } from 'bun:test'
import { jsonLog } from '#shared/log.ts'
import { listen } from '#shared/process/listen.ts'
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

test('what fails outside of every router is logged under the id that its answer carries, given or not', async () => {
  const logged: string[] = []
  const fetching = () => Promise.reject(new Error('out of order'))
  const log = jsonLog((line) => void logged.push(line))
  const port = listen({ fetch: fetching, host: '127.0.0.1', port: 0, variable: 'HUB_API_PORT', log })
  try {
    for (const headers of [{ 'x-request-id': 'mine-2' }, {}] as Record<string, string>[]) {
      const answer = await fetch(`${port.url}/somewhere?q=secret`, { headers })
      const id = answer.headers.get('x-request-id')
      expect(id).toMatch(/^(mine-2|[0-9a-f-]{36})$/)
      // Every error of the hub is a JSON object.
      const body = (await answer.json()) as Record<string, unknown>
      expect([answer.status, body['code'], body['request_id']]).toEqual([500, 'internal_error', id])
      const entry = JSON.parse(logged.at(-1) ?? '') as Record<string, unknown>
      expect([entry['level'], entry['request_id'], entry['path']]).toEqual(['error', id, '/somewhere'])
      expect(JSON.stringify(body)).not.toContain('out of order')
    }
    expect(logged).toHaveLength(2)
  } finally {
    await port.stop()
  }
})

test('a question that a replica gave up is 503 and asked again, not a 500', async () => {
  const { sql } = hub.deps.database
  const log = jsonLog(() => {})
  const fetching = async () => {
    await sql`do $$ begin raise exception 'conflict with recovery' using errcode = '40001'; end $$`
    return new Response()
  }
  const port = listen({ fetch: fetching, host: '127.0.0.1', port: 0, variable: 'HUB_API_PORT', log })
  try {
    const answer = await fetch(port.url)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  } finally {
    await port.stop()
  }
})
