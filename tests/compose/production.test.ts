import { expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suiteThatNeeds } from '#shared/testing/require.ts'
import { visitor } from '../ui/visitor.ts'
import { demands, readCompose } from './compose-file.ts'
import { rehearse } from './rehearse.ts'

const HOUSE = join(import.meta.dir, '../..')

suiteThatNeeds('nats', 'the rehearsal of compose.prod.yaml', () =>
  suiteThatNeeds('redis', 'the rehearsal of compose.prod.yaml', production),
)

function production() {
  test('compose.prod.yaml: with its secrets it runs, lets nobody in without a key, and its first person signs in', async () => {
    const text = readFileSync(join(HOUSE, 'compose.prod.yaml'), 'utf8')
    const env = Object.fromEntries(demands(text).map((name) => [name, randomBytes(24).toString('hex')]))
    const stack = await rehearse(readCompose(text, env), readFileSync(join(HOUSE, 'Caddyfile'), 'utf8'), {})
    const read = (key: string) => fetch(`${stack.api}/api/v1/projects`, { headers: { 'x-api-key': key } })
    expect((await read('dev-key')).status).toBe(401)
    expect((await read(env['ADMIN_KEY'] ?? '')).status).toBe(200)
    const browser = visitor({
      fetch: (request) =>
        fetch(new Request(request.url.replace('http://localhost', stack.ui), request), {
          redirect: 'manual',
        }),
    })
    expect(await browser.look('/projects')).toStartWith('303 /sign-in')
    const password = ['correct', 'horse', 'battery'].join(' ')
    const first = {
      admin_key: env['ADMIN_KEY'] ?? '',
      email: 'ada@example.test',
      name: 'Ada',
      password,
      again: password,
    }
    const made = await browser.submit('/sign-in', '/set-up', first)
    expect([made.status, made.headers.get('location')]).toEqual([303, '/projects'])
    expect(await browser.look('/projects')).toStartWith('200')
    expect(stack.replicas.filter(({ output }) => output.err.includes('permission denied'))).toEqual([])
    const ended = await stack.stop()
    expect(ended.map(([, code]) => code)).toEqual([0, 0, 0, 0, 0])
  }, 90_000)
}
