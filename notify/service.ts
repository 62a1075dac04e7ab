import type { Deps, Service } from '#shared/service.ts'
import { alertRoutes } from './alerts/routes.ts'
import { watchAlerts } from './alerts/watch-alerts.ts'
import { keepForgetting } from './deliveries/forget-deliveries.ts'
import { keepSending } from './deliveries/keep-sending.ts'
import type { NotifyDeps } from './deps.ts'
import { openOutside } from './open-outside.ts'
import { routes } from './routes.ts'
import { keepDefault } from './subscriptions/keep-default.ts'

/** Tells the outside world: subscriptions, every event's way to them, and alerts on figures. */
export async function notify(
  deps: Deps,
  outside: Pick<NotifyDeps, 'send' | 'checkUrl' | 'random'> = openOutside(deps),
): Promise<Service> {
  const own: NotifyDeps = { ...deps, ...outside }
  await keepDefault(own)
  const sending = keepSending(own)
  const forgetting = keepForgetting(own)
  const alerts = watchAlerts(own)
  return {
    name: 'notify',
    routes: [...routes(own, sending.wake), ...alertRoutes(own)],
    async stop() {
      await forgetting.stop()
      await alerts.stop()
      await sending.stop()
    },
  }
}
