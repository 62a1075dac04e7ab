import { afterAll, expect, test } from 'bun:test'
import { forgetDeliveries } from '../../notify/deliveries/forget-deliveries.ts'
import { openOutside } from '../../notify/open-outside.ts'
import { caseOpened, openNotify, untilReceived } from './open-notify.ts'
import { answers, openReceiver } from './receiver.ts'

const hub = await openNotify()
const receiver = openReceiver()
afterAll(async () => {
  await hub.stop()
  await receiver.stop()
})

const DAY_MS = 86_400_000

test('what was finished thirty days ago goes with its attempts, and what is still to be sent stays', async () => {
  const project = await hub.mint()
  const [good, broken] = [receiver.hook(), receiver.hook(answers(500))]
  await hub.subscribe(project, good.url)
  await hub.subscribe(project, broken.url)
  await hub.tell(project, caseOpened())
  await untilReceived(good, 1)
  await hub.tried(project, 1, '?state=delivered')
  await hub.tried(project, 1, '?state=pending')
  const later = (days: number) => ({
    ...{ ...hub.deps, ...openOutside(hub.deps) },
    clock: () => Date.now() + days * DAY_MS,
  })
  expect(await forgetDeliveries(later(29))).toBe(0)
  expect(await forgetDeliveries(later(31))).toBe(1)
  expect((await hub.log(project)).map(({ state }) => state)).toEqual(['pending'])
  expect((await hub.sql`select 1 from delivery_attempts`).count).toBe(1)
})
