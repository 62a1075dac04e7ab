import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { leash } from '#shared/testing/leash.ts'
import { until } from '#shared/testing/until.ts'
import { caseOpened, openNotify, SUBSCRIPTIONS } from './open-notify.ts'
import { openReceiver } from './receiver.ts'

const hub = await openNotify()
const receiver = openReceiver()
afterAll(async () => {
  await hub.stop()
  await receiver.stop()
})

/** The example in a process of its own. */
async function run(WEBHOOK_SECRET: string) {
  const { PATH = '' } = process.env
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '../../examples/webhook-receiver.ts')], {
    env: { PATH, PORT: '0', WEBHOOK_SECRET },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  leash(child.pid)
  let out = ''
  const read = async () => {
    for await (const part of child.stdout) out += new TextDecoder().decode(part)
  }
  void read()
  await until('it listens', () => out.includes('listening on'))
  const lines = () => out.trim().split('\n').slice(1)
  return { url: /http\S+/.exec(out)?.[0] ?? '', lines, stop: () => child.kill() }
}

test('the receiver of the examples prints what the hub signs, once, and refuses anything else', async () => {
  const project = await hub.mint()
  const { id, secret } = await hub.subscribe(project, receiver.hook().url, { events: ['case.*'] })
  const example = await run(secret)
  const changed = await hub.send(project, 'PATCH', `${SUBSCRIPTIONS}/${id}`, { url: example.url })
  expect(changed.status).toBe(200)
  const news = caseOpened()
  await hub.tell(project, news)
  const delivery = await hub.tried(project, 1)
  expect(delivery).toMatchObject({ state: 'delivered', last: { status: 204 } })
  await until('it is printed', () => example.lines().length === 1)
  expect(JSON.parse(example.lines()[0] ?? '')).toMatchObject({
    type: 'case.opened',
    data: { case_id: news.payload.case_id },
  })
  await hub.send(project, 'POST', `/api/v1/deliveries/${delivery?.id}/redeliver`)
  expect(await hub.tried(project, 2)).toMatchObject({ state: 'delivered', last: { status: 204 } })
  const forged = await fetch(example.url, { method: 'POST', body: '{"type":"case.opened"}' })
  expect(forged.status).toBe(401)
  expect(example.lines()).toHaveLength(1)
  example.stop()
})
