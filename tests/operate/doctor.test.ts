import { afterAll, expect, test } from 'bun:test'
import { freePort } from '#shared/testing/server.ts'
import { furnish } from '../isolation/furnish.ts'
import { openHouse } from '../isolation/open-house.ts'
import { run } from './run.ts'

const house = await openHouse()
afterAll(house.stop)
const { deps, sql } = house
const home = await furnish(house)

const config = (more: Partial<typeof deps.config>) => ({ ...deps, config: { ...deps.config, ...more } })

/** What is not fine: the line and the advice below it. */
const complaints = (text: string) =>
  text.split('\n').filter((_, at, all) => /^\[(WRONG| look)\]/.test(all[at] ?? ''))

const DAY_MS = 86_400_000

test('a hub in order is fine but for being one of development, and the exit code is 0', async () => {
  await sql`update deliveries set state = 'delivered', finished_at = now() where state <> 'delivered'`
  await sql`delete from outbox`
  const { code, text } = await run(deps, 'doctor')
  expect(complaints(text)).toEqual(['[ look]  This is development: nobody signs in, ADMIN_KEY is set'])
  expect(code).toBe(0)
  expect(text).not.toContain(home.key)
  expect(text).not.toContain(deps.config.admin_key)
})

test('in production a secret that can be guessed is wrong, and a random one is fine', async () => {
  const [admin_key, secret_key] = ['a'.repeat(40), crypto.randomUUID()]
  const { code, text } = await run(config({ env: 'production', admin_key }), 'doctor')
  expect([code, text.includes('[WRONG]  ADMIN_KEY and HUB_SECRET_KEY can be guessed')]).toEqual([1, true])
  expect(text).not.toContain(admin_key)
  const strong = await run(
    config({ env: 'production', admin_key: crypto.randomUUID(), secret_key }),
    'doctor',
  )
  expect(strong.text).toContain('[ ok  ]  ADMIN_KEY and HUB_SECRET_KEY are long enough')
  expect(strong.text).toContain('[WRONG]  HUB_SECRET_KEY does not open the keys')
})

test('a server that is away is worth a look, and one that is wide open outwards is wrong', async () => {
  const away = config({ nats_url: `nats://127.0.0.1:${freePort()}` })
  const { code, text } = await run(away, 'doctor')
  expect([code, /\[ look\] {2}NATS_URL: 127\.0\.0\.1:\d+ takes no connection/.test(text)]).toEqual([0, true])
  const open = await run(config({ outbound_allow: ['0.0.0.0/0', '169.254.169.254'] }), 'doctor')
  expect([
    open.code,
    open.text.includes('[WRONG]  HUB_OUTBOUND_ALLOW opens 0.0.0.0/0, 169.254.169.254'),
  ]).toEqual([1, true])
})

test('clocks that differ are told by how much', async () => {
  const { text } = await run({ ...deps, clock: () => Date.now() - 10_000 }, 'doctor')
  expect(text).toMatch(/\[ look\] {2}The clocks of this machine and of the database differ by \d+ ms/)
})

test('days without partitions, and days that should be gone, are wrong', async () => {
  const ahead = await run({ ...deps, clock: () => Date.now() + 40 * DAY_MS }, 'doctor')
  expect(ahead.code).toBe(1)
  expect(ahead.text).toContain('[WRONG]  Partitions are missing: log_')
  expect(ahead.text).toMatch(/\[WRONG\] {2}\d+ days are past their retention/)
})

test('webhooks that fail, keys that expire and events that wait are told with what to do', async () => {
  await sql`update subscriptions set failing_since = now() - interval '2 hours'`
  await sql`update deliveries set state = 'dead'`
  await sql`update api_keys set expires_at = now() + interval '1 day'`
  const { text } = await run({ ...deps, clock: () => Date.now() }, 'doctor')
  expect(text).toContain('[ look]  1 subscriptions fail for more than an hour\n')
  expect(text).toMatch(/\[ look\] {2}\d+ deliveries were given up\n +See \/notifications/)
  expect(text).toMatch(/\[ look\] {2}\d+ keys expire within a week\n +Rotate them/)
})

test('a check that fails is found wrong, and the others go on', async () => {
  await sql`alter table search_queue rename to search_queue_away`
  try {
    const { code, text } = await run(deps, 'doctor')
    expect([code, text.includes('[WRONG]  The check of backlog failed')]).toEqual([1, true])
    expect(text).toContain('[ ok  ]  PostgreSQL ')
  } finally {
    await sql`alter table search_queue_away rename to search_queue`
  }
})
