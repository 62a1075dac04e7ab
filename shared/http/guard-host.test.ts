import { expect, test } from 'bun:test'
import { jsonLog } from '../log.ts'
import { guardHost } from './guard-host.ts'

const log = jsonLog(() => {})

/** What a hub answers to these headers, and whether the request came through. */
async function ask(headers: Record<string, string>, env: 'development' | 'production' = 'development') {
  let came_through = false
  const fetch = guardHost({ env }, log, () => {
    came_through = true
    return new Response('inside')
  })
  const response = await fetch(new Request('http://localhost/healthz', { headers }))
  return { status: response.status, text: await response.text(), came_through }
}

const LOCAL = ['localhost', 'localhost:8000', '127.0.0.1', '127.0.0.1:3000', '[::1]:8000', 'LOCALHOST:8000']
for (const host of LOCAL) {
  test(`the host ${host} is let in`, async () => {
    expect(await ask({ host })).toEqual({ status: 200, text: 'inside', came_through: true })
  })
}

const FOREIGN = [
  'evil.example',
  'evil.example:8000',
  'localhost.evil.example',
  '127.0.0.1.evil.example:8000',
  '127.0.0.1:8000@evil.example',
  '10.0.0.1',
  'localhost:',
  '',
]
for (const host of FOREIGN) {
  test(`the host "${host}" is refused and sees nothing`, async () => {
    const { status, text, came_through } = await ask({ host })
    expect(status).toBe(403)
    // The error form of the API: checked above to be a 403 of ours.
    expect((JSON.parse(text) as { code: string }).code).toBe('host_not_allowed')
    expect(came_through).toBe(false)
  })
}

const ORIGINS: [string, number][] = [
  ['http://localhost:3000', 200],
  ['http://127.0.0.1:3000', 200],
  ['http://[::1]:3000', 200],
  ['https://evil.example', 403],
  ['http://localhost.evil.example', 403],
  ['http://evil.example/http://localhost', 403],
  ['null', 403],
  ['', 403],
]
for (const [origin, status] of ORIGINS) {
  test(`a page of "${origin}" gets ${status}`, async () => {
    expect((await ask({ host: 'localhost:8000', origin })).status).toBe(status)
  })
}

test('production answers under any name', async () => {
  expect(await ask({ host: 'hub.example', origin: 'https://hub.example' }, 'production')).toMatchObject({
    status: 200,
  })
})
